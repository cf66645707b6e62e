using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mig.Testing;

/// <summary>A throw-away OpenSSH server on loopback, with keys of its own, and what a client needs to log in to it.</summary>
public sealed class SshServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestFolder _files = new();
    private readonly Process _server;

    public SshServer()
    {
        Directory.CreateDirectory("/run/sshd");
        foreach (string key in (string[])["host", "user"])
            Tool.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _files[key]);
        File.Copy(_files["user.pub"], _files["authorized_keys"]);
        Port = FindPort();
        File.WriteAllText(_files["sshd_config"], $"""
            ListenAddress 127.0.0.1:{Port}
            HostKey {_files["host"]}
            AuthorizedKeysFile {_files["authorized_keys"]}
            PidFile none
            StrictModes no
            PasswordAuthentication no
            UsePAM no
            AcceptEnv MIG_* DOTNET_*
            SetEnv SHLVL=1
            """);

        // SHLVL: bash takes itself for a shell within another one, and does not run what the user of this machine has it run at each login.
        // sshd runs itself again, and wants to know where it is.
        _server = Tool.Start("/usr/sbin/sshd", "-D", "-e", "-f", _files["sshd_config"]);
        _ = _server.StandardError.ReadToEndAsync();
        WaitUntilUp();
    }

    public int Port { get; }

    /// <summary>The client and its options, as <c>core.sshCommand</c> has them.</summary>
    public string ClientCommand =>
        $"ssh -F none -i {_files["user"]} -o IdentitiesOnly=yes -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o "
            + "LogLevel=ERROR -o BatchMode=yes";

    public void Dispose()
    {
        _server.Kill(entireProcessTree: true);
        _server.WaitForExit();
        _server.Dispose();
        _files.Dispose();
    }

    private static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilUp()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (watch.Elapsed < Patience && !_server.HasExited)
            {
                Thread.Sleep(50);
            }
        }
    }
}
