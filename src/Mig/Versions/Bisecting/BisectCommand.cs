using System.ComponentModel;
using System.Diagnostics;
using Mig.Core;
using Mig.Exchange.Hooks;

namespace Mig.Versions.Bisecting;

/// <summary>
/// Tests versions with a program of the user, which finds the version in <c>MIG_BISECT_COMMIT</c> and as <c>BISECT_HEAD</c>, and the
/// repository
/// in <c>MIG_DIR</c>.
/// </summary>
/// <param name="command">The program and its arguments; no shell.</param>
public sealed class BisectCommand(Repository repository, IReadOnlyList<string> command)
{
    private const int SkipCode = 125;
    private const int LastBadCode = 127;

    /// <summary>Tests a version.</summary>
    /// <returns>0 is good, 125 cannot be tested, all others up to 127 are bad, as for <c>git bisect run</c>.</returns>
    /// <exception cref="UsageException">The program cannot be started, or ended with 128 or more: it did not test.</exception>
    public BisectMark Test(CommitId version, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1));
        ChildEnvironment.Fill(start.Environment, repository.Folder, repository.Context);
        start.Environment["MIG_BISECT_COMMIT"] = version.ToString();
        using Process process = Start(start);
        using (cancellation.Register(process.Kill))
            process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode switch
        {
            0 => BisectMark.Good,
            SkipCode => BisectMark.Skip,
            > 0 and <= LastBadCode => BisectMark.Bad,
            _ => throw new UsageException(
                $"'{command[0]}' ended with {process.ExitCode}, so it did not test {version.Value.ToShortString()}: 0 is good, 1 to 127 "
                + "are bad, 125 cannot be tested. The bisection is where it was; 'mig bisect run' goes on"),
        };
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return ChildSignals.Start(start);
        }
        catch (Win32Exception e)
        {
            throw new UsageException(
                $"'{command[0]}' cannot be started: {new Win32Exception(e.NativeErrorCode).Message}. It is a program and its arguments; "
                + "what a shell does needs one, as in sh -c '...'");
        }
    }
}
