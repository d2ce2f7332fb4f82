//! The embedded FTP server does what the tests believe of it.

use std::io::{Read, Write};
use std::sync::Arc;

use suppaftp::rustls::pki_types::CertificateDer;
use suppaftp::rustls::pki_types::pem::PemObject;
use suppaftp::rustls::{ClientConfig, RootCertStore};
use suppaftp::types::FileType;
use suppaftp::{RustlsConnector, RustlsFtpStream};

use crate::ftp_server::{Fault, FtpServer, Tls};

fn logged_in(server: &FtpServer) -> RustlsFtpStream {
    let mut ftp = RustlsFtpStream::connect((server.host(), server.port())).unwrap();
    ftp.login(server.user(), server.password()).unwrap();
    ftp.transfer_type(FileType::Binary).unwrap();
    ftp
}

fn put(ftp: &mut RustlsFtpStream, name: &str, content: &[u8]) -> Result<(), suppaftp::FtpError> {
    let mut upload = ftp.put_with_stream(name)?;
    upload.write_all(content).unwrap();
    upload.finish()
}

fn get(ftp: &mut RustlsFtpStream, name: &str) -> (Vec<u8>, Result<(), suppaftp::FtpError>) {
    let mut download = ftp.retr_as_stream(name).unwrap();
    let mut content = Vec::new();
    let _ = download.read_to_end(&mut content);
    (content, download.finish())
}

#[test]
fn a_file_makes_the_round_trip_in_clear_text() {
    let root = tempfile::tempdir().unwrap();
    let server = FtpServer::start(root.path()).unwrap();
    let mut ftp = logged_in(&server);
    put(&mut ftp, "a.tmp", b"content").unwrap();
    ftp.rename("a.tmp", "a.csv").unwrap();
    assert_eq!(std::fs::read(root.path().join("a.csv")).unwrap(), b"content");
    assert_eq!(ftp.nlst(None).unwrap(), ["a.csv"]);
    assert_eq!(get(&mut ftp, "a.csv").0, b"content");
    assert_eq!(server.log().entries_of("login"), ["login 12345_0 (clear text)"]);
    assert_eq!(server.log().entries_of("put"), ["put /a.tmp"]);
}

#[test]
fn the_certificate_is_good_for_explicit_tls() {
    let root = tempfile::tempdir().unwrap();
    let server = FtpServer::start_tls(root.path()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(server.certificate_pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let ftp = RustlsFtpStream::connect((server.host(), server.port())).unwrap();
    let mut ftp = ftp.into_secure(RustlsConnector::from(Arc::new(config)), "localhost").unwrap();
    ftp.login(server.user(), server.password()).unwrap();
    ftp.transfer_type(FileType::Binary).unwrap();
    put(&mut ftp, "a.csv", b"content").unwrap();
    assert_eq!(get(&mut ftp, "a.csv").0, b"content");
    assert_eq!(server.log().entries_of("login"), ["login 12345_0 (TLS)"]);
    assert_eq!(server.certificate_sha256().len(), 64);
}

#[test]
fn clear_text_is_refused_when_tls_is_required_but_not_when_it_is_only_offered() {
    let root = tempfile::tempdir().unwrap();
    let required = FtpServer::start_tls(root.path()).unwrap();
    let mut ftp = RustlsFtpStream::connect((required.host(), required.port())).unwrap();
    assert!(ftp.login(required.user(), required.password()).is_err());
    logged_in(&FtpServer::start_with(root.path(), Tls::Offered).unwrap());
}

#[test]
fn a_fault_hits_its_operation_once_and_where_it_was_told() {
    let root = tempfile::tempdir().unwrap();
    let server = FtpServer::start(root.path()).unwrap();
    let mut ftp = logged_in(&server);
    server.faults().once_at(Fault::PutCutShort(3), "b.csv");
    put(&mut ftp, "a.csv", b"content").unwrap();
    put(&mut ftp, "b.csv", b"content").unwrap();
    put(&mut ftp, "c.csv", b"content").unwrap();
    let sizes = ["a.csv", "b.csv", "c.csv"].map(|name| ftp.size(name).unwrap());
    assert_eq!(sizes, [7, 3, 7]);
    assert_eq!(server.faults().waiting(), 0);
}

#[test]
fn every_fault_is_seen_by_the_client() {
    let root = tempfile::tempdir().unwrap();
    let server = FtpServer::start(root.path()).unwrap();
    let mut ftp = logged_in(&server);
    put(&mut ftp, "a.csv", b"content").unwrap();
    server.faults().once(Fault::PutFailsAfter(2));
    assert!(put(&mut ftp, "b.csv", b"content").unwrap_err().to_string().contains("452"));
    assert_eq!(ftp.size("b.csv").unwrap(), 2);
    server.faults().once(Fault::GetCutShort(4));
    let (content, result) = get(&mut ftp, "a.csv");
    assert_eq!((content.as_slice(), result.is_ok()), (b"cont".as_slice(), true));
    server.faults().once(Fault::RenameRefused);
    assert!(ftp.rename("a.csv", "c.csv").unwrap_err().to_string().contains("550"));
    server.faults().once(Fault::RenameDoneButDenied);
    assert!(ftp.rename("a.csv", "c.csv").is_err());
    assert_eq!(ftp.size("c.csv").unwrap(), 7);
    server.faults().once(Fault::DeleteRefused);
    assert!(ftp.rm("c.csv").is_err());
    server.faults().once(Fault::MakeFolderRefused);
    assert!(ftp.mkdir("x").is_err());
    server.faults().once(Fault::GetFailsAfter(4));
    assert!(get(&mut ftp, "c.csv").1.is_err());
    let mut ftp = logged_in(&server);
    server.faults().once(Fault::ListRefused);
    assert!(ftp.list(None).is_err());
    server.faults().once(Fault::ConnectionDropped);
    assert!(RustlsFtpStream::connect((server.host(), server.port())).is_err());
    assert_eq!(server.faults().waiting(), 0);
}

#[test]
fn a_stopped_server_comes_back_at_the_same_port() {
    let root = tempfile::tempdir().unwrap();
    let mut server = FtpServer::start(root.path()).unwrap();
    let port = server.port();
    server.stop();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    server.restart().unwrap();
    assert_eq!(server.port(), port);
    logged_in(&server);
}
