using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Configuration;

namespace Mig.Exchange.Hooks;

/// <summary>Runs the executables of a repository's folder <c>hooks</c>, by Git's conventions (githooks(5)). For several threads.</summary>
/// <remarks>
/// A hook runs without a shell, in the folder that holds <c>.mig</c>, or in the repository itself when it is bare. It finds <c>MIG_DIR</c>,
/// this very
/// <c>mig</c> first in its <c>PATH</c>, and the settings that this run was given. What it prints on either stream goes to the user's
/// standard error.
/// </remarks>
/// <param name="repositoryFolder">The repository, absolute.</param>
public sealed class HookRunner(string repositoryFolder, Config config, RepositoryContext context)
{
    private const string PathSetting = "core.hooksPath";
    private const string AdviceSetting = "advice.ignoredHook";
    private const int BusyAttempts = 20;

    // What the hook wrote is in the pipes when it ends, and is read at once. What still has them open then is something that the hook left
    // running.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Where hooks run.</summary>
    public string WorkFolder { get; init; } = Path.GetFileName(repositoryFolder) == Repository.FolderName
        && !config.GetBoolean("core.bare", whenNotSet: false)
        ? Path.GetDirectoryName(repositoryFolder)!
        : repositoryFolder;

    /// <summary>The folder of hooks: <c>core.hooksPath</c>, relative to where hooks run, else <c>hooks</c> of the repository.</summary>
    public string Folder => config.Get(PathSetting) is { Length: > 0 } path
        ? Path.GetFullPath(path.StartsWith("~/", StringComparison.Ordinal) && context.Environment("HOME") is { Length: > 0 } home ? home
            + path[1..] : path, WorkFolder)
        : Path.Combine(repositoryFolder, "hooks");

    /// <summary>Tells whether there is such a hook, executable or not.</summary>
    public bool Exists(string name) => LibC.GetFileType(Path.Combine(Folder, name)) == FileType.Regular;

    /// <summary>Runs a hook and waits for it.</summary>
    /// <returns>What it ended with, 128 and the signal when one ended it; null when there is none, or it may not be executed, which is
    /// said.</returns>
    /// <exception cref="UsageException">It cannot be started.</exception>
    /// <exception cref="OperationCanceledException">It was killed, with all that it had started.</exception>
    public int? Run(HookCall call, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        string path = Path.Combine(Folder, call.Name);
        if (LibC.GetFileType(path) != FileType.Regular)
            return null;
        if (!LibC.IsExecutable(path))
        {
            if (config.GetBoolean(AdviceSetting, whenNotSet: true))
                call.Output(Encoding.UTF8.GetBytes(
                    $"hint: hook {path} was left out, because it is not executable; 'chmod +x' makes it so,\nhint: and 'mig config "
                    + $"{AdviceSetting} false' ends this advice.\n"));
            return null;
        }

        cancellation.ThrowIfCancellationRequested();
        using Process process = Start(path, call);
        var streams = new HookStreams(process, call);
        using (cancellation.Register(() => Kill(process)))
            process.WaitForExit();
        streams.Finish(Patience);
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    private Process Start(string path, HookCall call)
    {
        var start = new ProcessStartInfo(path, call.Arguments)
        {
            WorkingDirectory = WorkFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        FillEnvironment(start.Environment, call);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return ChildSignals.Start(start);
            }
            catch (Win32Exception e) when (e.NativeErrorCode == Errno.TextFileBusy && attempt < BusyAttempts)
            {
                // Someone has just written it and not closed it yet.
                Thread.Sleep(10 * attempt);
            }
            catch (Win32Exception e)
            {
                throw new UsageException($"hook {path} cannot be started: {new Win32Exception(e.NativeErrorCode).Message}; "
                    + (e.NativeErrorCode == Errno.ExecFormat ? "its first line must say what runs it, such as #!/bin/sh"
                    : "see that its first line names a program that is there, and that you may run both"));
            }
        }
    }

    private void FillEnvironment(IDictionary<string, string?> environment, HookCall call)
    {
        ChildEnvironment.Fill(environment, repositoryFolder, context);
        foreach ((string name, string value) in call.Environment)
            environment[name] = value;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It is gone already.
        }
    }
}
