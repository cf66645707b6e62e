using System.Diagnostics;
using Mig.Core;
using Mig.Transfer.Addresses;

namespace Mig.Transfer.Transports;

/// <summary>Runs <c>mig serve --stdio</c> on another machine through the user's own ssh: keys, agents and configuration are ssh's affair.</summary>
internal static class SshTransport
{
    private const int PatienceMilliseconds = 10_000;
    private const int CutPatienceMilliseconds = 500;

    public static ITransport Open(RemoteAddress address, RemoteOptions options)
    {
        List<string> words = [.. options.SshCommand.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var start = new ProcessStartInfo(words[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string word in words.Skip(1))
            start.ArgumentList.Add(word);
        if (address.Port is { } port)
        {
            start.ArgumentList.Add("-p");
            start.ArgumentList.Add(port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        // What begins with a dash never gets this far (RemoteAddress), and nothing after -- is an option.
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(address.User is null ? address.Host : $"{address.User}@{address.Host}");
        start.ArgumentList.Add($"{options.ServeCommand} serve --stdio {Quote(address.Path)}");
        Process process;
        try
        {
            process = Process.Start(start) ?? throw new InvalidOperationException();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new RemoteException("REMOTE-001", $"{words[0]} cannot be run: {e.Message}; install OpenSSH, or name another program with MIG_SSH", e);
        }

        bool isCut = false;
        return new StreamTransport(address.Host, process.StandardInput.BaseStream, process.StandardOutput.BaseStream)
        {
            Patience = options.Patience,
            Cut = () =>
            {
                isCut = true;
                Kill(process);
            },
            Close = () =>
            {
                if (!process.WaitForExit(isCut ? CutPatienceMilliseconds : PatienceMilliseconds))
                    Kill(process);
                process.Dispose();
            },
            Diagnose = () => process.WaitForExit(PatienceMilliseconds) ? Explain(process.ExitCode, words[0]) : null,
        };
    }

    // Whatever it started holds the same pipes.
    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It ended by itself, or belongs to somebody else.
        }
    }

    // As a POSIX shell reads it.
    private static string Quote(string path) => "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string? Explain(int exitCode, string program) => exitCode switch
    {
        0 => null,
        127 => "there is no mig on the other machine's PATH; name it with 'mig config remote.NAME.serve /path/to/mig'",
        255 => $"{program} could not connect; what it said stands above",
        _ => $"mig on the other machine ended with {exitCode}; what it said stands above",
    };
}
