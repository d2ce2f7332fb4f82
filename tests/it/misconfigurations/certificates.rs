//! Encryption of the connection to the FTP server, and certificates.

use chrono::{Datelike, Duration, NaiveDate, Utc};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use sha2::{Digest, Sha256};

use super::misconfigurations;
use super::site::Site;
use crate::ftp_server::{FtpServer, Tls};

misconfigurations! {
    the_server_does_not_encrypt {
        ja: "サーバは暗号化に対応していないのに、暗号化する設定になっている",
        en: "the server does not encrypt, the settings demand it",
        site: || Site::new().but("tls = \"none\"", "tls = \"explicit\""),
        finds: error "server-encryption" "ftp-tls-refused" by [Support] exits 6,
    }
    the_server_demands_encryption {
        ja: "サーバは暗号化を求めているのに、暗号化しない設定になっている",
        en: "the server demands encryption, the settings say none",
        site: || Site::encrypted().but("tls = \"explicit\"\n", "tls = \"none\"\n"),
        finds: error "server-login" "ftp-tls-required" by [Support] exits 6,
    }
    encryption_is_left_unused {
        ja: "サーバは暗号化に対応しているのに、暗号化しない設定になっている",
        en: "the server offers encryption, the settings say none",
        site: || Site::with(Tls::Offered).but("tls = \"explicit\"\n", "tls = \"none\"\n"),
        finds: warning "server-encryption" "ftp-encryption-unused" by [Support] exits 0,
    }
    the_server_speaks_tls_1_3_only {
        ja: "サーバはTLS 1.3だけなのに、TLS 1.2だけを使う設定（既定値）になっている",
        en: "the server speaks TLS 1.3 only, the settings (by default) 1.2",
        site: || Site::encrypted().after(|site| site.restart_server(FtpServer::speak_tls_1_3_only)),
        finds: error "server-encryption" "ftp-tls-failed" by [Support] exits 6,
    }
    the_server_speaks_tls_1_2_only {
        ja: "サーバはTLS 1.2だけなのに、TLS 1.3だけを使う設定になっている",
        en: "the server speaks TLS 1.2 only, the settings say 1.3",
        site: || Site::encrypted().but("tls = \"explicit\"\n", "tls = \"explicit\"\ntls_min = \"1.3\"\ntls_max = \"1.3\"\n"),
        finds: error "server-encryption" "ftp-tls-failed" by [Support] exits 6,
    }
    the_server_speaks_tls_1_0_only {
        ja: "サーバが古い暗号化（TLS 1.0）にしか対応していない",
        en: "the server speaks TLS 1.0 only",
        site: || Site::at_server_that_answers_tls_with(hello_of_tls_1_0()),
        finds: error "server-encryption" "ftp-tls-too-old" by [Savaway] exits 6,
    }
    the_server_knows_old_ciphers_only {
        ja: "サーバが古い暗号方式（RSAによる鍵交換）にしか対応していない",
        en: "the server knows old ciphers only (RSA key exchange)",
        // The alert "handshake failure", as OpenSSL sends it then.
        site: || Site::at_server_that_answers_tls_with([21, 3, 3, 0, 2, 2, 40]),
        finds: error "server-encryption" "ftp-tls-no-common-cipher" by [Savaway] exits 6,
    }
    the_certificate_is_self_signed {
        ja: "サーバの証明書が自己署名で、信頼する設定がない",
        en: "the certificate is self-signed, and nothing says that it is trusted",
        site: || Site::encrypted().but("certificate_sha256", "# certificate_sha256"),
        finds: error "server-encryption" "ftp-certificate-untrusted" by [Support, Savaway] exits 6,
    }
    the_certificate_is_of_an_unknown_ca {
        ja: "サーバの証明書が独自の認証局のもので、ca_fileの設定がない",
        en: "the certificate is of a private CA that ca_file does not name",
        site: || Site::showing(&Made::good(), Trust::Nothing),
        finds: error "server-encryption" "ftp-certificate-untrusted" by [Support, Savaway] exits 6,
    }
    the_ca_file_is_of_another_ca {
        ja: "ca_fileが別の認証局の証明書になっている",
        en: "ca_file is that of another CA",
        site: || Site::showing(&Made::good(), Trust::Ca(Made::good().ca_pem)),
        finds: error "server-encryption" "ftp-certificate-untrusted" by [Support, Savaway] exits 6,
    }
    the_self_signed_certificate_is_a_cas {
        ja: "openssl req -x509で作った自己署名の証明書をca_fileに指定している",
        en: "a self-signed certificate, as `openssl req -x509` makes it, stands in ca_file",
        site: || {
            let made = Made::self_signed_as_ca();
            Site::showing(&made, Trust::Ca(made.pem.clone()))
        },
        finds: error "server-encryption" "ftp-certificate-untrusted" by [Support, Savaway] exits 6,
    }
    the_certificate_has_expired {
        ja: "サーバの証明書の有効期限が切れている",
        en: "the certificate has expired",
        site: || Site::showing_trusted(Made::valid(-400, -3)),
        finds: error "server-encryption" "ftp-certificate-expired" by [Savaway, Support] exits 6,
    }
    the_certificate_is_not_valid_yet {
        ja: "サーバの証明書の有効期間が始まっていない（このコンピュータの時計が大きく遅れている場合も同じ）",
        en: "the certificate is not valid yet (or this computer's clock is far behind)",
        site: || Site::showing_trusted(Made::valid(3, 400)),
        finds: error "server-encryption" "ftp-certificate-not-valid-yet" by [Support, Savaway] exits 6,
    }
    the_certificate_expires_soon {
        ja: "サーバの証明書の有効期限が近い",
        en: "the certificate expires soon",
        site: || Site::showing_trusted(Made::valid(-300, 10)).after(|site| site.in_real_time()),
        finds: warning "server-encryption" "ftp-certificate-expires" by [Savaway, Support] exits 0,
    }
    the_pinned_certificate_expires_soon {
        ja: "certificate_sha256に設定した証明書の有効期限が近い",
        en: "the certificate of certificate_sha256 expires soon",
        site: || {
            let made = Made::valid(-300, 10);
            Site::showing(&made, Trust::Pin(made.sha256.clone())).after(|site| site.in_real_time())
        },
        finds: warning "server-encryption" "ftp-pinned-certificate-expires" by [Savaway, Support] exits 0,
    }
    the_certificate_is_of_another_host {
        ja: "サーバの証明書が別のサーバ名のもの（接続先URLがサーバ名でなくIPアドレスの場合など）",
        en: "the certificate is for another host name",
        site: || Site::showing_trusted(Made::for_host("ftp.tempostar.example")),
        finds: error "server-encryption" "ftp-certificate-other-host" by [Support, Savaway] exits 6,
    }
    the_pin_is_of_another_certificate {
        ja: "certificate_sha256が別の（更新前などの）証明書のもの",
        en: "certificate_sha256 is that of another certificate, such as the one before",
        site: || Site::showing(&Made::good(), Trust::Pin(Made::good().sha256)),
        finds: error "server-encryption" "ftp-certificate-not-pinned" by [Support, Savaway] exits 6,
    }
    the_ca_file_is_damaged {
        ja: "ca_fileの中身が壊れている",
        en: "ca_file is damaged",
        site: || Site::encrypted().but("certificate_sha256", "ca_file = \"ca.pem\" #").after(|site| {
            site.write("ca.pem", b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n");
        }),
        finds: error "server-trust" "ftp-ca-file" by [Support] exits 6,
    }
}

/// A certificate of a CA of its own.
struct Made {
    pem: String,
    key_pem: String,
    ca_pem: String,
    sha256: String,
}

impl Made {
    fn good() -> Self {
        Self::valid(-10, 400)
    }

    /// Valid from so many days from now to so many days from now.
    fn valid(from_d: i64, until_d: i64) -> Self {
        Self::issue("127.0.0.1", from_d, until_d)
    }

    fn for_host(host: &str) -> Self {
        Self::issue(host, -10, 400)
    }

    fn issue(host: &str, from_d: i64, until_d: i64) -> Self {
        let ca_key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "CA of the tests");
        let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
        let (key, params) = (KeyPair::generate().unwrap(), params(host, from_d, until_d));
        let certificate = params.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
        let sha256 = sha256(certificate.der());
        Self { pem: certificate.pem(), key_pem: key.serialize_pem(), ca_pem, sha256 }
    }

    fn self_signed_as_ca() -> Self {
        let (key, mut params) = (KeyPair::generate().unwrap(), params("127.0.0.1", -10, 400));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let (pem, sha256) = (certificate.pem(), sha256(certificate.der()));
        Self { ca_pem: pem.clone(), pem, key_pem: key.serialize_pem(), sha256 }
    }
}

fn params(host: &str, from_d: i64, until_d: i64) -> CertificateParams {
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    let moment = |days| {
        let day: NaiveDate = day(days);
        date_time_ymd(day.year(), u8::try_from(day.month()).unwrap(), u8::try_from(day.day()).unwrap())
    };
    (params.not_before, params.not_after) = (moment(from_d), moment(until_d));
    params
}

/// So many days from now: TLS knows no other clock than the host's.
#[expect(clippy::disallowed_methods, reason = "certificates are good or bad by the host's clock")]
fn day(days: i64) -> NaiveDate {
    Utc::now().date_naive() + Duration::days(days)
}

fn sha256(certificate: &[u8]) -> String {
    Sha256::digest(certificate).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the settings say about certificates.
enum Trust {
    Nothing,
    Ca(String),
    Pin(String),
}

impl Site {
    /// The server shows this certificate, whose CA the settings trust.
    #[track_caller]
    fn showing_trusted(made: Made) -> Self {
        let ca = Trust::Ca(made.ca_pem.clone());
        Self::showing(&made, ca)
    }

    #[track_caller]
    fn showing(made: &Made, trust: Trust) -> Self {
        let before = Self::encrypted();
        let pin = format!("certificate_sha256 = \"{}\"", before.ftp.certificate_sha256());
        let line = match trust {
            Trust::Nothing => String::new(),
            Trust::Pin(sha256) => format!("certificate_sha256 = \"{sha256}\""),
            Trust::Ca(pem) => {
                before.write("ca.pem", pem.as_bytes());
                "ca_file = \"ca.pem\"".to_owned()
            }
        };
        before.but(&pin, &line).after(|site| {
            site.restart_server(|ftp| ftp.present(&made.pem, &made.key_pem));
            for days in [-3, 3, 10] {
                site.is_volatile(&day(days).to_string(), "<date>");
            }
            // The last moment is the midnight at which the day begins in London.
            site.is_volatile("あと9日", "あと <n> 日");
            site.is_volatile("in 9 days", "in <n> days");
        })
    }
}

/// What a server that knows TLS 1.0 only answers first.
fn hello_of_tls_1_0() -> Vec<u8> {
    let mut hello = vec![22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    // No session, ECDHE-RSA-AES128-SHA, no compression.
    hello.extend([0, 0xc0, 0x13, 0]);
    hello
}
