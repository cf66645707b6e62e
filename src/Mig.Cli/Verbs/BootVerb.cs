using System.CommandLine;
using System.Globalization;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Exchange.Boots;
using Mig.Versions.Commits;

namespace Mig.Cli.Verbs;

internal sealed class BootVerb : Verb
{
    public const string Summary = "Starts a version as a machine, straight from the repository";

    private const string DefaultSocket = "/run/mig.sock";

    private readonly Argument<string> _revision = new("REV") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _session =
        new("--session") { HelpName = "NAME", Description = "The session that it writes to; begins when there is none" };
    private readonly Option<bool> _snapshot = new("--snapshot") { Description = "Throws away what it wrote, when it has ended" };
    private readonly Option<string> _message =
        new("--message", "-m") { HelpName = "TEXT", Description = "Commits what it wrote, when it has powered down" };
    private readonly Option<bool> _net =
        new("--net") { Description = "Gives it a network: out to all that this machine reaches, nothing in" };
    private readonly Option<string[]> _forward =
        new("--forward") { HelpName = "PORT:PORT", Description = "A network, and a port of 127.0.0.1 that leads to one of the machine" };
    private readonly Option<bool> _console =
        new("--console") { Description = "Its serial line on the terminal, though there is a display" };
    private readonly Option<bool> _suspend = new("--suspend")
    {
        Description = "When it is asked to end, makes a version of its memory and disks, with which the next 'mig boot' goes on"
    };
    private readonly Option<bool> _cold = new("--cold") { Description = "Starts a version that was suspended afresh, without its memory" };
    private readonly MachineArguments _machine = new();
    private readonly Option<bool> _noTrace =
        new("--no-trace") { Description = "Brings nothing to hand ahead of need, though a trace of a start is there" };
    private readonly Option<int> _grace = new("--grace")
    {
        HelpName = "SECONDS", DefaultValueFactory = _ => 60, Description = "Time to power down after Ctrl-C; then it is switched off"
    };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Prints the command of QEMU, and starts nothing" };
    private readonly Option<bool> _libvirt = new("--libvirt") { Description = "Prints a domain of libvirt, and starts nothing" };
    private readonly Option<string> _socket = new("--socket")
    {
        HelpName = "PATH", DefaultValueFactory = _ => DefaultSocket, Description = "Where the disks of --libvirt are served"
    };
    private readonly Option<bool> _firecracker =
        new("--firecracker") { Description = "Prints a configuration of Firecracker, and starts nothing" };

    public BootVerb()
        : base("boot", Summary)
    {
        Add([_session, _snapshot, _message, _suspend, _cold, .. _machine.Size, _net, _forward, _console, .. _machine.Kind, _noTrace,
            _grace, _dryRun, _libvirt, _socket, _firecracker]);
        Add(_revision);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "boot [REV] [--session NAME | --snapshot] [-m TEXT] [--suspend] [--cold] [--memory SIZE] [--cpus N] [--net]\n"
            + "          [--forward PORT:PORT]... [--console] [--firmware F] [--accel A] [--bus BUS] [--append TEXT] [--no-trace]\n"
            + "          [--grace SECONDS]",
        "boot [REV] (--dry-run | --libvirt [--socket PATH] | --firecracker) ...",
    ];

    public override string Description =>
        """
        QEMU runs the machine, and reads of the disks of REV (HEAD when none is given) what it needs, when it needs it. What it writes goes
        into the session of the branch, which stays: boot again, and it goes on; 'mig session commit' makes a version of it, 'mig session
        discard' ends it. The writes of a version that is no branch, and with --snapshot, are thrown away at the end. Without a display, its
        serial line is on the terminal; Ctrl-] asks it to power down, twice switches it off. It shares no file with this machine.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig boot main --net --forward 2222:22", "starts main; its port 22 is port 2222 here"),
        ("mig boot v1 --snapshot", "starts v1, and keeps nothing"),
        ("mig boot main -m 'after the update'", "makes a version of what it wrote, when it has powered down"),
        ("mig boot main --dry-run", "prints the command of QEMU"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override int Run(ParseResult arguments, Session session)
    {
        BootRequest request = Read(arguments, session);
        var booter = new MachineBooter(session.Repository);
        bool isDry = arguments.GetValue(_dryRun), isLibvirt = arguments.GetValue(_libvirt),
            isFirecracker = arguments.GetValue(_firecracker);
        string? message = arguments.GetValue(_message);
        if ((isDry ? 1 : 0) + (isLibvirt ? 1 : 0) + (isFirecracker ? 1 : 0) > 1)
            throw new UsageException("give --dry-run, --libvirt or --firecracker, one of them");
        if (isDry)
            session.Output.WriteLine(string.Join(' ', booter.Describe(request).Select(ShellWord.Quote)));
        else if (isLibvirt)
            Print(booter.DescribeLibvirt(request, arguments.GetValue(_socket)!), session);
        else if (isFirecracker)
            Print(booter.DescribeFirecracker(request), session);
        else
            return Start(booter, request, message, session);
        return ExitCode.Success;
    }

    private static void Print(MachineDescription description, Session session)
    {
        session.Output.WriteLine(description.Text);
        foreach (string command in description.Commands)
            session.Say($"first: {command}");
    }

    private static int Start(MachineBooter booter, BootRequest request, string? message, Session session)
    {
        CancellationToken stop = session.Cancellation;
        string name;
        bool isThrownAway;
        BootEnd end;
        CommitResult? made = null;
        using (BootedMachine machine = booter.Start(request))
        {
            (name, isThrownAway) = (machine.SessionName, machine.IsThrownAway);
            bool isTyped = !request.HasWindow && session.IsInputTerminal;
            session.Say(Describe(machine, isTyped));
            end = Follow(machine, session, isTyped, request.HasWindow, stop);
            made = end.Suspended;
            if (message is not null && end.IsPoweredDown && made is null)
                made = machine.Commit(message, session.Cancellation);
        }

        if (end.StoredBytes > 0)
            session.Say(string.Create(CultureInfo.InvariantCulture,
                $"read {Sizes.Bytes(end.ReadBytes)} of {Sizes.Bytes(end.StoredBytes)} ({100.0 * end.ReadBytes / end.StoredBytes:0.0} %)"));
        if (end.ReplayedBytes > 0)
            session.Say($"{Sizes.Bytes(end.ReplayedBytes)} of a trace came ahead of need");
        string kept = isThrownAway ? "what it wrote is thrown away" : $"session '{name}' keeps what it flushed";
        if (!end.IsPoweredDown)
            throw new InterruptedException($"the machine did not power down, and was switched off; {kept}");
        if (made is not null)
            session.Say(CommitReport.LineOf(made));
        else if (!isThrownAway)
        {
            string size = Sizes.Bytes(session.Repository.Sessions.Find(name).DirtyBytes);
            session.Say($"session '{name}' holds {size}; 'mig session commit {name} -m TEXT' makes a version of it");
        }

        return ExitCode.Success;
    }

    private static BootEnd Follow(BootedMachine machine, Session session, bool isTyped, bool hasWindow, CancellationToken stop)
    {
        using var escape = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (hasWindow)
            return machine.Wait(stop);
        using var console = new SerialConsole(machine.ConsoleInput, machine.ConsoleOutput, session.OpenOutput(), isTyped, () =>
        {
            if (escape.IsCancellationRequested)
                machine.SwitchOff();
            else
                escape.Cancel();
        });
        try
        {
            return machine.Wait(escape.Token);
        }
        finally
        {
            console.Finish();
        }
    }

    private static string Describe(BootedMachine machine, bool isTyped)
    {
        string by = machine.Firmware switch
        {
            BootFirmware.Bios => "by its boot code",
            BootFirmware.Uefi => "by UEFI",
            _ => "by its kernel",
        };
        string where = machine.IsThrownAway ? "what it writes is thrown away"
            : machine.DirtyBytes > 0 ? $"session '{machine.SessionName}' goes on with {Sizes.Bytes(machine.DirtyBytes)}"
            : $"it writes to session '{machine.SessionName}'";
        return $"{machine.Base.Value.ToShortString()} starts {by}; {where}; {(isTyped ? "Ctrl-]" : "Ctrl-C")} asks it to power down";
    }

    private BootRequest Read(ParseResult arguments, Session session)
    {
        int grace = arguments.GetValue(_grace);
        bool hasDisplay = session.Context.Environment("WAYLAND_DISPLAY") is { Length: > 0 }
            || session.Context.Environment("DISPLAY") is { Length: > 0 };
        return _machine.Read(arguments) with
        {
            Revision = arguments.GetValue(_revision),
            Session = arguments.GetValue(_session),
            IsThrownAway = arguments.GetValue(_snapshot),
            IsCommitted = arguments.GetValue(_message) is not null,
            HasNetwork = arguments.GetValue(_net),
            Forwards = [.. (arguments.GetValue(_forward) ?? []).Select(ParseForward)],
            HasWindow = hasDisplay && !arguments.GetValue(_console),
            Suspends = arguments.GetValue(_suspend),
            SuspendMessage = arguments.GetValue(_message) ?? "suspended",
            IsCold = arguments.GetValue(_cold),
            UsesTrace = !arguments.GetValue(_noTrace),
            Grace = grace is >= 0 and <= 86400 ? TimeSpan.FromSeconds(grace)
                : throw new UsageException($"--grace is 0 to 86400 seconds, not {grace}"),
            Say = session.Say,
        };
    }

    private static (int Host, int Guest) ParseForward(string text)
    {
        string[] ports = text.Split(':');
        return ports.Length == 2 && TryParsePort(ports[0], out int host) && TryParsePort(ports[1], out int guest)
            ? (host, guest)
            : throw new UsageException($"'{text}' is not two ports; 2222:22 leads from port 2222 here to port 22 of the machine");
    }

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536;
}
