"""A small SMTP server with TLS for the tests: one user, `user` with the password `secret`.

Usage: smtp_tls_server.py tls|silent|starttls|injecting CERTIFICATE KEY
Prints its port on the first line and serves until its standard input ends.
`silent` says nothing after the handshake; `injecting` puts a reply for the encrypted session into the plain text
behind the OK of STARTTLS.
"""
import base64
import socket
import ssl
import sys
import threading

MODE, CERTIFICATE, KEY = sys.argv[1:4]
GOOD = base64.b64encode(b"\0user\0secret").decode()


def serve(connection, context):
    secure = False
    if MODE in ("tls", "silent"):
        connection = context.wrap_socket(connection, server_side=True)
        secure = True
    lines = connection.makefile("rb")
    if MODE == "silent":
        lines.readline()
        return
    connection.sendall(b"220 tls.test ESMTP\r\n")
    while True:
        line = lines.readline().decode().strip()
        if not line:
            return
        verb = line.split(" ")[0].upper()
        if verb == "EHLO":
            # The plain text boasts of an extension that is gone under TLS.
            said = b"AUTH PLAIN\r\n250 SIZE 1000" if secure else b"XPLAIN\r\n250-AUTH PLAIN\r\n250 STARTTLS"
            connection.sendall(b"250-tls.test\r\n250-" + said + b"\r\n")
        elif verb == "STARTTLS":
            more = b"250-tls.test\r\n250 AUTH PLAIN\r\n" if MODE == "injecting" else b""
            connection.sendall(b"220 go ahead\r\n" + more)
            connection = context.wrap_socket(connection, server_side=True)
            lines = connection.makefile("rb")
            secure = True
        elif verb == "AUTH":
            connection.sendall(b"334 \r\n")
            proof = lines.readline().decode().strip()
            good = proof == GOOD and secure
            connection.sendall(b"235 2.7.0 ok\r\n" if good else b"535 5.7.8 no\r\n")
        elif verb == "QUIT":
            connection.sendall(b"221 bye\r\n")
            return
        else:
            connection.sendall(b"250 ok\r\n")


def serve_quietly(connection, context):
    try:
        serve(connection, context)
    except OSError:
        # A client that refuses the certificate breaks off: what the tests ask for.
        pass
    finally:
        connection.close()


def accept(listener, context):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_quietly, args=(connection, context), daemon=True).start()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(listener, context), daemon=True).start()
sys.stdin.read()
