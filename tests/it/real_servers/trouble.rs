//! Where a server and the settings do not fit: what the person on duty is told, and what helps.

use suppaftp::FtpStream;

use super::server::{Certificate, RealShop, Setup, Software, Tls};
use crate::harness::{OUTBOX, STOCK_INBOX};

const SHEET: &str = "\"商品コード\",\"在庫数\"\n\"A-1\",\"9\"\n";

/// A shop with two dozen sheets waiting: enough data connections to exhaust what a session starts with.
#[track_caller]
fn shop_with_sheets(setup: Setup) -> RealShop {
    let shop = RealShop::with(setup);
    shop.product_in_stock("A-1", 3);
    for number in 10..34 {
        shop.put_sheet(STOCK_INBOX, &format!("stock202611241000{number}.csv"), SHEET);
    }
    shop
}

/// With these settings everything works.
#[track_caller]
fn check_good(shop: &RealShop) {
    shop.run(["import-stock", "--json"]).ok().no_problem();
    shop.check_stock("A-1", 9, 0);
}

/// With these settings nothing is done, and the problem has this code.
#[track_caller]
fn check_settings_are_wrong(shop: &RealShop, code: &str) {
    shop.run(["import-stock", "--json"]).exits(6).has_code(code);
    shop.check_stock("A-1", 3, 0);
}

fn with_certificate(software: Software, certificate: Certificate) -> Setup {
    Setup { certificate, ..Setup::new(software, Tls::Explicit) }
}

/// The settings without the certificate's fingerprint, and with another line in its place.
fn trust(shop: &RealShop, certificate: Certificate, line: &str) {
    shop.setting(&format!("certificate_sha256 = \"{}\"", certificate.sha256()), line);
}

fn encrypt_as(shop: &RealShop, lines: &str) {
    shop.setting("tls = \"explicit\"", &format!("tls = \"explicit\"\n{lines}"));
}

// Certificates ---------------------------------------------------------------------------------------------------

#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn a_certificate_that_nobody_vouches_for_is_refused_and_its_fingerprint_helps() {
    let shop = shop_with_sheets(with_certificate(Software::Vsftpd, Certificate::SelfSigned));
    trust(&shop, Certificate::SelfSigned, "");
    let pin = format!("certificate_sha256 = \"{}\"", Certificate::SelfSigned.sha256());
    shop.run(["import-stock", "--json"])
        .exits(6)
        .has_code("ftp-certificate-untrusted")
        .says(&pin.replace('"', "\\\""));
    encrypt_as(&shop, &pin);
    check_good(&shop);
}

#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn a_ca_file_makes_its_certificates_trusted() {
    let shop = shop_with_sheets(with_certificate(Software::ProFtpd, Certificate::Issued));
    trust(&shop, Certificate::Issued, "");
    check_settings_are_wrong(&shop, "ftp-certificate-untrusted");
    encrypt_as(&shop, &format!("ca_file = \"{}\"", Certificate::ca_file().display()));
    check_good(&shop);
}

#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn a_self_signed_certificate_is_no_ca_file() {
    let shop = shop_with_sheets(with_certificate(Software::Vsftpd, Certificate::SelfSigned));
    trust(
        &shop,
        Certificate::SelfSigned,
        &format!("ca_file = \"{}\"", Certificate::SelfSigned.pem().display()),
    );
    check_settings_are_wrong(&shop, "ftp-certificate-untrusted");
}

#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn another_certificate_than_the_pinned_one_is_refused() {
    let shop = shop_with_sheets(with_certificate(Software::ProFtpd, Certificate::Issued));
    let other = format!("certificate_sha256 = \"{}\"", Certificate::SelfSigned.sha256());
    trust(&shop, Certificate::Issued, &other);
    check_settings_are_wrong(&shop, "ftp-certificate-not-pinned");
}

// TLS versions and session reuse -----------------------------------------------------------------------------------

/// A session of TLS 1.3 can be reused once for each ticket that the server hands out: downloads bring new ones, a
/// few uploads in a row use them up. So here the next run has two files to send, each with its marker.
#[track_caller]
fn shop_with_uploads_in_tls_1_3(software: Software) -> RealShop {
    let mut shop = RealShop::new(software, Tls::Explicit);
    encrypt_as(&shop, "tls_max = \"1.3\"");
    shop.setting("[orders]\n", "[orders]\nmarker = \".lock\"\n");
    shop.order("1001").line("A-1", 1).insert();
    shop.run_dying_at("prepared", ["export-orders"]);
    shop.order("1002").line("A-1", 1).insert();
    shop.at("2026-11-24 10:20:00");
    shop
}

#[track_caller]
fn check_uploads_with_tls_1_3(software: Software) {
    let mut shop = shop_with_uploads_in_tls_1_3(software);
    shop.run(["export-orders", "--json"]).exits(6).has_code("ftp-tls-session-reuse");
    shop.setting("tls_max = \"1.3\"", "tls_max = \"1.2\"");
    shop.at("2026-11-24 10:25:00").run(["export-orders", "--json"]).ok().no_problem();
    assert_eq!(shop.remote_files(OUTBOX).len(), 4);
    let shop = shop_with_uploads_in_tls_1_3(software);
    shop.setting("retries = 0", "retries = 1");
    shop.run(["export-orders", "--json"]).ok().no_problem();
    assert_eq!(shop.remote_files(OUTBOX).len(), 4, "a new session gets over it");
}

#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn vsftpds_demand_for_session_reuse_is_explained() {
    check_uploads_with_tls_1_3(Software::Vsftpd);
}

#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn proftpds_demand_for_session_reuse_is_explained() {
    check_uploads_with_tls_1_3(Software::ProFtpd);
}

#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn vsftpd_without_that_demand_does_tls_1_3() {
    let setup = Setup { extra: "require_ssl_reuse=NO", ..Setup::new(Software::Vsftpd, Tls::Explicit) };
    let shop = shop_with_sheets(setup);
    encrypt_as(&shop, "tls_min = \"1.3\"\ntls_max = \"1.3\"");
    check_good(&shop);
}

#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn proftpd_with_tls_1_3_only_wants_both_settings_and_no_session_reuse() {
    let extra = "TLSProtocol TLSv1.3\nTLSOptions NoSessionReuseRequired";
    let shop = shop_with_sheets(Setup { extra, ..Setup::new(Software::ProFtpd, Tls::Explicit) });
    check_settings_are_wrong(&shop, "ftp-tls-failed");
    encrypt_as(&shop, "tls_max = \"1.3\"");
    check_good(&shop);
}

#[test]
#[ignore = "needs Pure-FTPd and root: run .ci/real-servers"]
fn pure_ftpd_does_tls_1_3() {
    let shop = shop_with_sheets(Setup::new(Software::PureFtpd, Tls::Explicit));
    encrypt_as(&shop, "tls_min = \"1.3\"\ntls_max = \"1.3\"");
    check_good(&shop);
}

// Encrypted or not -------------------------------------------------------------------------------------------------

#[track_caller]
fn check_clear_text_is_refused(software: Software) {
    let shop = shop_with_sheets(Setup::new(software, Tls::Explicit));
    trust(&shop, Certificate::SelfSigned, "");
    shop.setting("tls = \"explicit\"", "tls = \"none\"");
    check_settings_are_wrong(&shop, "ftp-tls-required");
}

#[track_caller]
fn check_encryption_is_not_given_up(software: Software) {
    let shop = shop_with_sheets(Setup::new(software, Tls::Off));
    shop.setting("tls = \"none\"", "tls = \"explicit\"");
    check_settings_are_wrong(&shop, "ftp-tls-refused");
}

#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn vsftpd_demands_encryption() {
    check_clear_text_is_refused(Software::Vsftpd);
}

#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn proftpd_demands_encryption() {
    check_clear_text_is_refused(Software::ProFtpd);
}

#[test]
#[ignore = "needs Pure-FTPd and root: run .ci/real-servers"]
fn pure_ftpd_demands_encryption() {
    check_clear_text_is_refused(Software::PureFtpd);
}

#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn vsftpd_without_tls_is_not_spoken_to_in_clear_text() {
    check_encryption_is_not_given_up(Software::Vsftpd);
}

#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn proftpd_without_tls_is_not_spoken_to_in_clear_text() {
    check_encryption_is_not_given_up(Software::ProFtpd);
}

#[test]
#[ignore = "needs Pure-FTPd and root: run .ci/real-servers"]
fn pure_ftpd_without_tls_is_not_spoken_to_in_clear_text() {
    check_encryption_is_not_given_up(Software::PureFtpd);
}

// Habits of servers ------------------------------------------------------------------------------------------------

/// While somebody else has the only session, the job is for the next run; then it is done.
#[track_caller]
fn check_too_many_sessions(software: Software, extra: &'static str, user: &str) {
    let shop = shop_with_sheets(Setup { extra, ..Setup::new(software, Tls::Off) });
    let mut other = FtpStream::connect(("127.0.0.1", shop.ftp.port())).unwrap();
    other.login(user, shop.ftp.password()).unwrap();
    shop.run(["import-stock", "--json"]).exits(5).has_code("ftp-server-busy");
    other.quit().unwrap();
    check_good(&shop);
}

#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn too_many_sessions_on_vsftpd_are_for_the_next_run() {
    check_too_many_sessions(Software::Vsftpd, "max_clients=1", "ftp");
}

#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn too_many_sessions_on_proftpd_are_for_the_next_run() {
    check_too_many_sessions(Software::ProFtpd, "MaxClients 1", "12345_0");
}

#[test]
#[ignore = "needs Pure-FTPd and root: run .ci/real-servers"]
fn too_many_sessions_on_pure_ftpd_are_for_the_next_run() {
    check_too_many_sessions(Software::PureFtpd, "-c 1", "12345_0");
}

#[test]
#[ignore = "needs pyftpdlib: run .ci/real-servers"]
fn too_many_sessions_on_pyftpdlib_are_for_the_next_run() {
    check_too_many_sessions(Software::Pyftpdlib, "--sessions 1", "12345_0");
}

/// The server hangs up while we wait for the files to settle.
#[track_caller]
fn check_hung_up_while_waiting(setup: Setup) {
    let shop = shop_with_sheets(setup);
    shop.setting("settle_s = 0\nreflect", "settle_s = 4\nreflect");
    check_good(&shop);
}

#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn vsftpd_may_hang_up_while_we_wait() {
    let extra = "idle_session_timeout=2";
    check_hung_up_while_waiting(Setup { extra, ..Setup::new(Software::Vsftpd, Tls::Off) });
    check_hung_up_while_waiting(Setup { extra, ..Setup::new(Software::Vsftpd, Tls::Explicit) });
}

#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn proftpd_may_hang_up_while_we_wait() {
    let extra = "TimeoutIdle 2";
    check_hung_up_while_waiting(Setup { extra, ..Setup::new(Software::ProFtpd, Tls::Off) });
    check_hung_up_while_waiting(Setup { extra, ..Setup::new(Software::ProFtpd, Tls::Explicit) });
}

#[test]
#[ignore = "needs pyftpdlib: run .ci/real-servers"]
fn pyftpdlib_may_hang_up_while_we_wait() {
    let extra = "--idle 2";
    check_hung_up_while_waiting(Setup { extra, ..Setup::new(Software::Pyftpdlib, Tls::Off) });
    check_hung_up_while_waiting(Setup { extra, ..Setup::new(Software::Pyftpdlib, Tls::Explicit) });
}

#[test]
#[ignore = "needs inetutils-ftpd and root: run .ci/real-servers"]
fn inetutils_may_hang_up_while_we_wait() {
    let extra = "--timeout 2";
    check_hung_up_while_waiting(Setup { extra, ..Setup::new(Software::Inetutils, Tls::Off) });
}

/// Debian's vsftpd.conf has `use_localtime=YES`: the times of files are not in UTC, against the standard.
#[test]
#[ignore = "needs vsftpd: run .ci/real-servers"]
fn vsftpd_may_tell_the_time_of_japan() {
    let setup = Setup { extra: "use_localtime=YES", ..Setup::new(Software::Vsftpd, Tls::Off) };
    let shop = RealShop::with_variables(setup, &[("TZ", "Asia/Tokyo")]);
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop.set_remote_time(&format!("{STOCK_INBOX}/stock.csv"), "2026-11-24 09:58:30");
    check_good(&shop);
    shop.check_rows("SELECT as_of FROM stock", &["2026-11-24 09:58:30"]);
}

/// An address that cannot be reached from here, as servers behind a router announce it.
#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn a_server_behind_a_router_may_announce_its_inner_address() {
    let setup =
        Setup { extra: "MasqueradeAddress 10.255.255.1", ..Setup::new(Software::ProFtpd, Tls::Explicit) };
    check_good(&shop_with_sheets(setup));
}

/// Nor has it FEAT, to offer MLSD, and SIZE: there is nothing to work with.
#[test]
#[ignore = "needs aioftp: run .ci/real-servers"]
fn aioftp_has_no_nlst_and_every_command_says_so() {
    let shop = shop_with_sheets(Setup::new(Software::Aioftp, Tls::Off));
    shop.order("1001").line("A-1", 1).insert();
    for called in ["check-settings", "import-stock", "export-orders"] {
        let ran = shop.run([called, "--json"]).exits(6);
        ran.problem("ftp-command-unsupported", "", &["NLST", "502 'nlst' not implemented"]);
    }
    shop.check_stock("A-1", 3, 1);
}

/// SIZE is refused with the same code as for files that are not there.
#[test]
#[ignore = "needs ProFTPD: run .ci/real-servers"]
fn files_on_a_server_that_forbids_size_are_named() {
    let extra = "<Limit SIZE>\nDenyAll\n</Limit>";
    let shop = shop_with_sheets(Setup { extra, ..Setup::new(Software::ProFtpd, Tls::Off) });
    let ran = shop.run(["import-stock", "--json"]).exits(3).has_code("file-unreadable");
    assert_eq!(ran.file_outcome("stock20261124100033.csv"), "waiting");
    shop.check_stock("A-1", 3, 0);
}
