"""The FTP servers of PyPI that tests/it/real_servers starts; .ci/real-servers installs them.

Run by root, they bind and load what they need, and then touch files in the name of the user they are told.
"""

import argparse
import asyncio
import os


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("software", choices=["pyftpdlib", "aioftp"])
    for name in ["root", "user", "password"]:
        parser.add_argument(f"--{name}", required=True)
    for name in ["port", "uid", "gid"]:
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--encoding", default="utf-8")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--sessions", type=int, default=0, help="of one address; 0: any number")
    parser.add_argument("--idle", type=int, default=300, help="seconds")
    return parser.parse_args()


def become(options):
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(options.gid)
        os.setuid(options.uid)


def pyftpdlib(options):
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    handler = encrypting(options) if options.certificate else type("Handler", (FTPHandler,), {})
    handler.authorizer = DummyAuthorizer()
    handler.authorizer.add_user(options.user, options.password, options.root, perm="elradfmwMT")
    # Its codec is loaded while that is still allowed.
    "".encode(options.encoding)
    handler.encoding = options.encoding
    handler.timeout = options.idle
    server = FTPServer(("127.0.0.1", options.port), handler)
    server.max_cons_per_ip = options.sessions
    become(options)
    server.serve_forever()


def encrypting(options):
    """A handler that demands TLS, and of data connections that they resume the session of the control connection."""
    from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler

    class Data(TLS_DTPHandler):
        def handle_ssl_established(self):
            # In TLS 1.2 a resumed session is one of the same key; a session of TLS 1.3 has none here.
            if self.socket.master_key() != self.cmd_channel.socket.master_key():
                self.cmd_channel.respond("522 SSL connection failed; session reuse required.")
                self.close()

    class Handler(TLS_FTPHandler):
        certfile, keyfile = options.certificate, options.key
        tls_control_required = tls_data_required = True
        dtp_handler = Data

    Handler.get_ssl_context().set_session_id(b"tempostar")
    return Handler


def aioftp(options):
    import aioftp

    async def serve():
        user = aioftp.User(options.user, options.password, base_path=options.root)
        server = aioftp.Server([user], encoding=options.encoding)
        await server.start("127.0.0.1", options.port)
        become(options)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    chosen = arguments()
    {"pyftpdlib": pyftpdlib, "aioftp": aioftp}[chosen.software](chosen)
