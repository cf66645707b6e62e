using System.Diagnostics;
using System.Globalization;
using Mig.Core;
using Mig.Transfer.Addresses;

namespace Mig.Transfer.Transports;

/// <summary>
/// Runs <c>mig serve --stdio</c> on another machine through the user's own ssh: keys, agents and configuration are ssh's affair.
/// </summary>
internal static class SshTransport
{
    private const string OpenSsh = "ssh";
    private const int PatienceMilliseconds = 10_000;
    private const int CutPatienceMilliseconds = 500;

    public static ITransport Open(RemoteAddress address, RemoteOptions options) =>
        new ReopeningTransport(address.Host, options.Retries, isFirst => Connect(address, options, isFirst));

    private static StreamTransport Connect(RemoteAddress address, RemoteOptions options, bool isFirst)
    {
        Process process = Start(address, options, out string program);
        bool isCut = false;
        StreamTransport? connection = null;
        connection = new StreamTransport(address.Host, process.StandardInput.BaseStream, process.StandardOutput.BaseStream)
        {
            Patience = options.Patience,
            MayAskUser = isFirst,
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
            Diagnose = () => !isCut && process.WaitForExit(PatienceMilliseconds)
                ? Explain(process.ExitCode, program, address, options, connection!.HasAnswered) : null,
        };
        return connection;
    }

    private static Process Start(RemoteAddress address, RemoteOptions options, out string program)
    {
        List<string> words = [.. options.SshCommand.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        program = words[0];
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string word in words.Skip(1))
            start.ArgumentList.Add(word);

        // Behind the user's own options, the first of which counts. Other programs than OpenSSH have other options.
        if (Path.GetFileName(program) == OpenSsh && options.ConnectTimeout > TimeSpan.Zero)
        {
            start.ArgumentList.Add("-o");
            start.ArgumentList.Add(string.Create(
                CultureInfo.InvariantCulture, $"ConnectTimeout={Math.Ceiling(options.ConnectTimeout.TotalSeconds)}"));
        }

        if (address.Port is { } port)
        {
            start.ArgumentList.Add("-p");
            start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        }

        // What begins with a dash never gets this far (RemoteAddress), and nothing after -- is an option.
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(address.User is null ? address.Host : $"{address.User}@{address.Host}");
        start.ArgumentList.Add($"{options.ServeCommand} serve --stdio {Quote(address.Path)}");
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new RemoteException("REMOTE-001",
                $"{program} cannot be run: {e.Message}; install OpenSSH, or name another program with MIG_SSH", e);
        }
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

    private static string? Explain(int exitCode, string program, RemoteAddress address, RemoteOptions options, bool hasAnswered) =>
        exitCode switch
        {
            0 => null,
            127 => $"there is no mig on the PATH of {address.Host} ('{options.ServeCommand}'); {options.ServeAdvice}",
            255 when hasAnswered => $"the ssh connection to {address.Host} was cut; what {program} said stands above",
            255 => $"{program} could not connect to {address.Host}; what it said stands above",
            _ => $"mig on {address.Host} ended with {exitCode}; what it said stands above",
        };
}
