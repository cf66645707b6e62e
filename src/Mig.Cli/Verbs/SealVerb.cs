using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Verbs.Edits;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Sealing;
using Mig.Machines.Coverage;
using Mig.Machines.Sealing;

namespace Mig.Cli.Verbs;

internal sealed class SealVerb : Verb
{
    public const string Summary = "Makes a golden image of a used one: keys, ids, histories, logs and deleted data go";

    private readonly Argument<string> _branch = new("BRANCH") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _list =
        new("--list", "-l") { Description = "Names the operations; those with a star are done when nothing is said" };
    private readonly Option<string[]> _enable =
        new("--enable") { Description = "Does only these operations, separated by commas", HelpName = "NAMES" };
    private readonly Option<string[]> _disable = new("--disable") { Description = "Leaves out these", HelpName = "NAMES" };
    private readonly EditOptions _edit = new("-n");

    public SealVerb()
        : base("seal", Summary)
    {
        Add(_list, _enable, _disable);
        Add(_edit.All);
        Add(_branch);
    }

    public override IReadOnlyList<string> Usage =>
        ["seal [--enable NAMES] [--disable NAMES] [-m MSG] [-b NEW] [--dry-run] [--no-verify] [--json] [BRANCH]", "seal --list [--json]"];

    public override string Description =>
        "The operations have the names that virt-sysprep gives them. Paths are followed as the machine itself would follow\n"
        + "them, over all its volumes. At the end free space becomes zeros, so that what was removed is not on the disk as\n"
        + "deleted data. Earlier versions keep everything; 'mig purge' changes those. What mig did not look into is named; when\n"
        + "secrets may be in it, mig ends with 6.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig seal --list", "names the operations"),
        ("mig seal -n", "says what would go from the current branch"),
        ("mig seal web -b golden --disable logfiles", "makes a branch 'golden' of 'web', with its logs"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_list))
        {
            List(session);
            return ExitCode.Success;
        }

        string branch = arguments.GetValue(_branch) ?? "HEAD";
        EditRequest edit = _edit.Read(arguments, branch, $"seal {branch}");
        SealReport report;
        using (ProgressBar? progress = session.ShowProgress())
        {
            report = new ImageSealer(session.Repository).Run(
                new SealRequest
                {
                    Edit = edit with { Progress = progress ?? edit.Progress },
                    Enabled = arguments.GetValue(_enable) is { Length: > 0 } enabled ? Split(enabled) : null,
                    Disabled = Split(arguments.GetValue(_disable) ?? []),
                },
                session.Cancellation);
        }

        if (session.IsJson)
            session.WriteJson(SealJson.Of(report, edit.DryRun), MigJson.Default.SealJson);
        else
            Write(report, edit.DryRun, session);
        foreach (UnseenPart part in report.Coverage.Unseen)
            session.Warn($"not sealed: {part.Sentence}");
        return report.Coverage.IsComplete ? ExitCode.Success : ExitCode.Incomplete;
    }

    private static void List(Session session)
    {
        if (session.IsJson)
        {
            session.WriteJson(
                SealOperations.All.Select(operation => new SealOperationJson(
                    operation.Name, operation.Summary, operation.IsDefault, [.. operation.Rules.Select(rule => rule.Pattern)])),
                MigJson.Default.SealOperationJson);
            return;
        }

        int width = SealOperations.All.Max(operation => operation.Name.Length);
        foreach (SealOperation operation in SealOperations.All)
            session.Output.WriteLine($"{(operation.IsDefault ? '*' : ' ')} {operation.Name.PadRight(width)}  {operation.Summary}");
    }

    private static void Write(SealReport report, bool isDryRun, Session session)
    {
        if (report.Edit.Id is { } id)
            session.Output.WriteLine(
                $"[{report.Edit.Branch?.ShortName ?? "detached HEAD"} {session.Palette.Yellow(CommitView.ShortId(id.Value))}] "
                + $"{SafeText.Line(report.Edit.Message.TrimEnd())}");
        else if (!isDryRun)
            session.Output.WriteLine("There was nothing to seal, so there is no new commit.");
        foreach (IGrouping<string, SealedPath> operation in report.Paths.GroupBy(path => path.Operation))
        {
            session.Output.WriteLine(
                $" {operation.Key}: {Sizes.Count(operation.Sum(path => path.Files), "file")}, "
                + $"{Sizes.Bytes(operation.Sum(path => path.Bytes))}");
            if (!isDryRun)
                continue;
            foreach (SealedPath path in operation)
                session.Output.WriteLine($"   {SafeText.Name(path.Path)}{(path.Files > 1 ? $" ({Sizes.Count(path.Files, "file")})" : "")}");
        }

        if (report.ZeroedBytes > 0)
            session.Output.WriteLine(
                $" {SealOperations.FreeSpace}: {Sizes.Bytes(report.ZeroedBytes)} of deleted data {(isDryRun ? "would become" : "became")} "
                + "zeros");
    }

    private static IReadOnlyList<string> Split(string[] names) =>
        [.. names.SelectMany(name => name.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
