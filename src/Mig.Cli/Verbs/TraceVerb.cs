using System.CommandLine;
using System.Globalization;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Exchange.Boots;
using Mig.Exchange.Traces;

namespace Mig.Cli.Verbs;

internal sealed class TraceVerb : Verb
{
    public const string Summary = "Records what the start of a version reads, so that the next one has it ahead of need";

    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _until =
        new("--until") { HelpName = "TEXT", Description = "Ends when the machine has printed this on its serial line" };
    private readonly Option<string> _for = new("--for") { HelpName = "TIME", Description = "Ends after a time, such as 90s or 5m" };
    private readonly MachineArguments _machine = new();

    public TraceVerb()
        : base("trace", Summary)
    {
        Add([_until, _for, .. _machine.Size, .. _machine.Kind]);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "trace record [REV] [--until TEXT] [--for TIME] [--memory SIZE] [--cpus N] [--firmware F] [--accel A] [--bus BUS]\n"
            + "          [--append TEXT]",
        "trace show [REV]",
        "trace drop [REV]",
    ];

    public override string Description =>
        """
        record starts REV (HEAD when none is given) as 'mig boot --snapshot' does, and notes in which order its disks are read, in
        blocks of 256 KiB, until a text was printed, a time is over, or the machine has ended; the first of them. The next 'mig boot'
        of REV brings these blocks to hand ahead of need, and so do versions that come after it, as far as they have the same
        contents in the same places. The trace is a tag, notes/trace/ID: 'mig push --tags' and 'mig fetch' take it along, and REV is
        kept as long as it is there. show prints the ranges: disk, first byte, bytes.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig trace record main --until login:", "records a start up to the login prompt"),
        ("mig trace record main --for 2m --memory 4g", "records the first two minutes"),
        ("mig trace show main", "prints the ranges in the order in which they were read"),
        ("mig boot main --no-trace", "starts without it"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        if (words is not [("record" or "show" or "drop") and var command, .. var rest] || rest.Length > 1)
            throw new UsageException("it is 'mig trace record, show' or 'drop' and a version; 'mig help trace' explains them");
        string revision = rest.Length == 0 ? "HEAD" : rest[0];
        CommitId commit = session.Repository.Revisions.ResolveCommit(revision);
        var notes = new TraceNotes(session.Repository);
        if (command == "record")
            Record(arguments, commit, notes, session);
        else if (command == "show")
            Show(notes.Find(commit) ?? throw new NotFoundException(
                $"{revision} has no trace of its own; 'mig trace record {ShellWord.Quote(revision)}' makes one"), commit, session);
        else
            notes.Drop(commit);
        return ExitCode.Success;
    }

    private static void Show(BootTrace trace, CommitId commit, Session session)
    {
        IReadOnlyList<long> lengths = [.. session.Repository.Objects.ReadImage(session.Repository.Objects.ReadCommit(commit).Image).Disks
            .Select(disk => disk.Length)];
        foreach (TraceRange range in trace.Ranges)
        {
            ByteRange bytes = range.GetBytes(lengths[range.Disk]);
            session.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{range.Disk + 1}\t{bytes.Offset}\t{bytes.Length}"));
        }
    }

    private void Record(ParseResult arguments, CommitId commit, TraceNotes notes, Session session)
    {
        string? text = arguments.GetValue(_until), time = arguments.GetValue(_for);
        if (text is "")
            throw new UsageException("--until needs a text that is printed");
        BootRequest request = _machine.Read(arguments) with
        {
            Revision = commit.Value.ToString(),
            IsThrownAway = true,
            IsRecorded = true,
            UsesTrace = false,
            Grace = TimeSpan.Zero,
            Say = session.Say,
        };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(session.Cancellation);
        if (time is not null)
            end.CancelAfter(DurationText.Parse(time));
        BootTrace? trace = null;
        bool isPrinted = false;
        using (BootedMachine machine = new MachineBooter(session.Repository).Start(request))
        {
            session.Say($"{commit.Value.ToShortString()} starts, and what it reads is noted; what it writes is thrown away");
            PrintedText? wanted = text is null ? null : new PrintedText(text, () =>
            {
                trace = machine.TakeTrace();
                isPrinted = true;
                machine.SwitchOff();
            });
            using var console = new SerialConsole(machine.ConsoleInput, machine.ConsoleOutput, session.OpenOutput(), isTerminal: false,
                end.Cancel, piece => wanted?.See(piece.Span));
            machine.Wait(end.Token);
            console.Finish();
            trace ??= machine.TakeTrace();
        }

        session.Cancellation.ThrowIfCancellationRequested();
        if (text is not null && !isPrinted && !(time is not null && end.IsCancellationRequested))
            throw new NotFoundException($"the machine ended before it printed '{SafeText.Name(text)}'; nothing is kept");
        if (trace.Ranges.Count == 0)
            throw new NotFoundException("the machine read nothing; nothing is kept");
        notes.Set(commit, trace);
        session.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{commit.Value.ToShortString()} has a trace: {Sizes.Bytes(trace.Length)} in {Sizes.Count(trace.Ranges.Count, "range")}"));
    }
}
