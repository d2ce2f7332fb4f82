//! The servers that people really have: every flow through the built binary against vsftpd, ProFTPD and Pure-FTPd, in
//! clear text and encrypted; and what the binary says where a server and its settings do not fit.
//!
//! `cargo test` leaves these tests out, and says so; `.ci/real-servers` fetches the servers and runs them.

mod flows;
mod server;
mod trouble;

use crate::ftp_server::Tls;
use server::{RealShop, Software};

/// One ignored test for each flow.
macro_rules! tests {
    ($software:ident, $tls:ident, $missing:literal: $($flow:ident)+) => {
        $(
            #[test]
            #[ignore = $missing]
            fn $flow() {
                crate::real_servers::flows::$flow(&mut RealShop::new(Software::$software, Tls::$tls));
            }
        )+
    };
}

/// All flows, with one server in one mode.
macro_rules! all_flows {
    ($software:ident, $tls:ident, $missing:literal) => {
        use super::{RealShop, Software, Tls};
        tests! {
            $software, $tls, $missing:
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
            a_name_in_cp932_is_taken_as_any_other
            a_folder_named_like_a_sheet_is_passed_over
            a_file_that_may_not_be_read_is_named_and_stops_no_other
            a_dry_run_leaves_the_server_as_it_is
            a_wrong_password_is_a_matter_of_settings
            a_missing_folder_is_a_matter_of_settings
            an_outbox_that_may_not_be_written_keeps_the_orders_here
            a_folder_that_may_not_be_written_does_not_apply_a_file_twice
            a_good_setup_is_not_blamed
        }
    };
}

mod vsftpd_plain {
    all_flows!(Vsftpd, Off, "needs vsftpd: run .ci/real-servers");
}
mod vsftpd_tls {
    all_flows!(Vsftpd, Required, "needs vsftpd: run .ci/real-servers");
}
mod proftpd_plain {
    all_flows!(ProFtpd, Off, "needs ProFTPD: run .ci/real-servers");
}
mod proftpd_tls {
    all_flows!(ProFtpd, Required, "needs ProFTPD: run .ci/real-servers");
}
mod pure_ftpd_plain {
    all_flows!(PureFtpd, Off, "needs Pure-FTPd and root: run .ci/real-servers");
}
mod pure_ftpd_tls {
    all_flows!(PureFtpd, Required, "needs Pure-FTPd and root: run .ci/real-servers");
}
