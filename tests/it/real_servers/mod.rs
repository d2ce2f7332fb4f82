//! The servers that people really have: every flow through the built binary against vsftpd, ProFTPD, Pure-FTPd,
//! inetutils-ftpd and pyftpdlib, in clear text and encrypted; and what the binary says where a server and its settings do
//! not fit.
//!
//! `cargo test` leaves these tests out, and says so; `.ci/real-servers` fetches the servers and runs them.

mod flows;
mod server;
mod trouble;

use server::{RealShop, Setup, Software, Tls};

const PYFTPDLIB: Setup = Setup::new(Software::Pyftpdlib, Tls::Off);

/// One ignored test for each flow.
macro_rules! tests {
    ($setup:expr, $missing:literal: $($flow:ident)+) => {
        $(
            #[test]
            #[ignore = $missing]
            fn $flow() {
                crate::real_servers::flows::$flow(&mut RealShop::with($setup));
            }
        )+
    };
}

/// All flows that come out the same everywhere, and the others that do so with one server in one mode.
macro_rules! all_flows {
    ($setup:expr, $missing:literal: $($other:ident)+) => {
        use super::*;
        tests! {
            $setup, $missing:
            products_of_tempostar_appear
            stock_is_set_and_the_file_is_archived
            a_shipped_order_gets_its_three_ticks
            an_order_reaches_the_outbox_once
            an_order_file_is_followed_by_its_marker
            thirty_files_go_over_one_connection
            a_large_file_arrives_whole
            an_applied_file_is_deleted_where_the_settings_say_so
            a_file_of_an_archived_name_replaces_it_there
            a_broken_file_goes_to_the_error_folder
            a_file_waits_for_its_marker
            an_empty_inbox_is_nothing_to_do
            names_in_japanese_and_with_spaces_are_taken
            a_folder_named_like_a_sheet_is_passed_over
            a_file_that_may_not_be_read_is_named_and_stops_no_other
            a_dry_run_leaves_the_server_as_it_is
            a_wrong_password_is_a_matter_of_settings
            a_missing_folder_is_a_matter_of_settings
            an_outbox_that_may_not_be_written_keeps_the_orders_here
            a_folder_that_may_not_be_written_does_not_apply_a_file_twice
            a_good_setup_is_not_blamed
            $($other)+
        }
    };
}

mod vsftpd_plain {
    all_flows!(Setup::new(Software::Vsftpd, Tls::Off), "needs vsftpd: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod vsftpd_tls {
    all_flows!(Setup::new(Software::Vsftpd, Tls::Explicit), "needs vsftpd: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod vsftpd_implicit_tls {
    all_flows!(Setup::new(Software::Vsftpd, Tls::Implicit), "needs vsftpd: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod proftpd_plain {
    all_flows!(Setup::new(Software::ProFtpd, Tls::Off), "needs ProFTPD: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod proftpd_tls {
    all_flows!(Setup::new(Software::ProFtpd, Tls::Explicit), "needs ProFTPD: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod proftpd_implicit_tls {
    all_flows!(Setup::new(Software::ProFtpd, Tls::Implicit), "needs ProFTPD: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod pure_ftpd_plain {
    all_flows!(Setup::new(Software::PureFtpd, Tls::Off), "needs Pure-FTPd and root: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod pure_ftpd_tls {
    all_flows!(Setup::new(Software::PureFtpd, Tls::Explicit), "needs Pure-FTPd and root: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod inetutils_plain {
    all_flows!(Setup::new(Software::Inetutils, Tls::Off), "needs inetutils-ftpd and root: run .ci/real-servers":
        a_name_in_cp932_is_taken_as_any_other);
}
mod pyftpdlib_plain {
    all_flows!(PYFTPDLIB, "needs pyftpdlib: run .ci/real-servers":
        a_name_that_the_server_cannot_tell_is_named_and_stops_no_other);
}
mod pyftpdlib_cp932 {
    all_flows!(Setup { extra: "--encoding cp932", ..PYFTPDLIB }, "needs pyftpdlib: run .ci/real-servers":
        a_name_that_the_server_cannot_tell_is_named_and_stops_no_other);
}
mod pyftpdlib_tls {
    all_flows!(Setup::new(Software::Pyftpdlib, Tls::Explicit), "needs pyftpdlib: run .ci/real-servers":
        a_name_that_the_server_cannot_tell_is_named_and_stops_no_other);
}
