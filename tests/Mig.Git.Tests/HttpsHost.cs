using System.Diagnostics;
using System.Globalization;
using Mig.Testing;

namespace Mig.Git.Tests;

/// <summary>A host of Git over HTTPS that wants a login: <c>git http-backend</c> behind a small server.</summary>
internal sealed class HttpsHost : IDisposable
{
    public const string Password = "s3cret-of-the-host";

    private const string Server = """
        import base64, http.server, os, ssl, subprocess, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def log_message(self, *args): pass
            def answer(self, body):
                if self.headers.get('Authorization') != 'Basic ' + base64.b64encode(b'me:' + sys.argv[2].encode()).decode():
                    self.send_response(401)
                    self.send_header('WWW-Authenticate', 'Basic realm="x"')
                    self.send_header('Content-Length', '0')
                    return self.end_headers()
                path, _, query = self.path.partition('?')
                env = dict(os.environ, GIT_PROJECT_ROOT=sys.argv[1], GIT_HTTP_EXPORT_ALL='1', REMOTE_USER='me', REQUEST_METHOD=self.command,
                    PATH_INFO=path, QUERY_STRING=query, CONTENT_TYPE=self.headers.get('Content-Type', ''), CONTENT_LENGTH=str(len(body)))
                head, content = subprocess.run(['git', 'http-backend'], input=body, env=env, capture_output=True).stdout.split(b'\r\n\r\n', 1)
                fields = [line.decode().split(': ', 1) for line in head.split(b'\r\n')]
                self.send_response(int(dict(fields).get('Status', '200').split()[0]))
                for key, value in fields:
                    if key != 'Status': self.send_header(key, value)
                self.send_header('Content-Length', str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            def do_GET(self): self.answer(b'')
            def do_POST(self):
                if self.headers.get('Transfer-Encoding') != 'chunked':
                    return self.answer(self.rfile.read(int(self.headers.get('Content-Length', 0))))
                body, size = b'', 1
                while size:
                    size = int(self.rfile.readline(), 16)
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.answer(body)
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1] + '/cert.pem', sys.argv[1] + '/key.pem')
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_port, flush=True)
        server.serve_forever()
        """;

    private readonly Process _server;

    /// <param name="files">The folder whose repositories are served.</param>
    public HttpsHost(TestFolder files)
    {
        Certificate = files["cert.pem"];
        Tool.Run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", files["key.pem"], "-out", Certificate, "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost");
        _server = Tool.Start("python3", "-c", Server, files.Path, Password);
        Port = int.Parse(_server.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public int Port { get; }

    /// <summary>What vouches for it.</summary>
    public string Certificate { get; }

    public void Dispose()
    {
        _server.Kill(entireProcessTree: true);
        _server.WaitForExit();
        _server.Dispose();
    }
}
