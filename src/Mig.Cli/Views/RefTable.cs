using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Refs;
using Mig.Transfer;

namespace Mig.Cli.Views;

/// <summary>Prints what a fetch or a push did, ref by ref, as Git does. Names and reasons may come from a stranger.</summary>
internal static class RefTable
{
    // "0123456789...0123456789"
    private const int SummaryWidth = 23;
    private const int LeastNameWidth = 10;

    public static void Write(FetchOutcome outcome, bool isVerbose, bool isDryRun, Session session)
    {
        if (session.IsQuiet)
            return;
        List<FetchedRef> shown = [.. outcome.Refs.Where(item => isVerbose || item.Change != RefChange.UpToDate)];
        if (shown.Count > 0)
            session.Output.WriteLine($"From {SafeText.Line(outcome.Address)}");
        int width = shown.Select(item => Short(item.Theirs).Length).Append(LeastNameWidth).Max();
        foreach (FetchedRef item in shown)
        {
            (char mark, string summary, string note) = Describe(item);
            string target = item.Ours is { } ours ? Short(ours) : FetchOperation.FetchHead.Value;
            session.Output.WriteLine(
                $" {Paint(mark, session)} {summary.PadRight(SummaryWidth)} {Short(item.Theirs).PadRight(width)} -> "
                + $"{target}{(note.Length > 0 ? $"  ({SafeText.Line(note)})" : "")}");
        }

        Write(outcome.Transfer, isDryRun ? "Would receive" : "Received", session);
    }

    public static void Write(PushOutcome outcome, bool isVerbose, bool isDryRun, Session session)
    {
        foreach (string message in outcome.Messages)
            session.Say($"remote: {SafeText.Line(message)}");
        if (session.IsQuiet && !outcome.HasFailed)
            return;
        List<PushedRef> shown = [.. outcome.Refs.Where(item =>
            (isVerbose || item.Change != RefChange.UpToDate) && (!session.IsQuiet || item.HasFailed)).OrderBy(item => item.HasFailed)];
        if (shown.Count > 0)
            session.Output.WriteLine($"To {SafeText.Line(outcome.Address)}");
        foreach (PushedRef item in shown)
        {
            (char mark, string summary, string note) = Describe(item);
            string names = item.New is null ? Short(item.Theirs) : $"{ShortSource(item.Source)} -> {Short(item.Theirs)}";
            session.Output.WriteLine(
                $" {Paint(mark, session)} {summary.PadRight(SummaryWidth)} {names}{(note.Length > 0 ? $" ({SafeText.Line(note)})" : "")}");
        }

        if (session.IsQuiet)
            return;
        if (shown.Count == 0)
            session.Output.WriteLine("Everything up-to-date");
        Write(outcome.Transfer, isDryRun ? "Would send" : "Sent", session);
        foreach (UpstreamBranch upstream in outcome.Upstreams)
            session.Output.WriteLine($"branch '{upstream.Branch.ShortName}' set up to track '{upstream.ShortName}'.");
    }

    /// <summary>Says in one line how much moved; nothing when nothing did.</summary>
    public static void Write(TransferReport report, string verb, Session session)
    {
        if (report.Objects > 0 && !session.IsQuiet)
            session.Output.WriteLine(
                $"{verb} {Sizes.Count(report.Objects, "object")} of {Sizes.Bytes(report.Bytes)}, stored in "
                + $"{Sizes.Bytes(report.StoredBytes)}{(report.WireBytes > 0 ? $"; {Sizes.Bytes(report.WireBytes)} travelled" : "")}.");
    }

    private static (char Mark, string Summary, string Note) Describe(FetchedRef item) => item.Change switch
    {
        RefChange.UpToDate => ('=', "[up to date]", ""),
        RefChange.Created when item.Ours is null =>
            ('*', item.Theirs is { IsTag: true } ? "tag" : item.Theirs is { IsBranch: true } ? "branch" : "ref", ""),
        RefChange.Created => ('*', New(item.Ours!), ""),
        RefChange.FastForward => (' ', Range(item.Old, item.New, ".."), ""),
        RefChange.Forced when item.Ours is { IsTag: true } => ('t', "[tag update]", ""),
        RefChange.Forced => ('+', Range(item.Old, item.New, "..."), "forced update"),
        RefChange.Deleted => ('-', "[deleted]", ""),
        _ => ('!', "[rejected]", item.Note ?? ""),
    };

    private static (char Mark, string Summary, string Note) Describe(PushedRef item) => item.Change switch
    {
        RefChange.UpToDate => ('=', "[up to date]", ""),
        RefChange.Created => ('*', New(item.Theirs), ""),
        RefChange.FastForward => (' ', Range(item.Old, item.New, ".."), ""),
        RefChange.Forced => ('+', Range(item.Old, item.New, "..."), "forced update"),
        RefChange.Deleted => ('-', "[deleted]", ""),
        RefChange.Refused => ('!', "[remote rejected]", item.Note ?? ""),
        _ => ('!', "[rejected]", item.Note ?? ""),
    };

    private static string New(RefName name) => name.IsTag ? "[new tag]" : name.IsBranch || name.IsRemote ? "[new branch]" : "[new ref]";

    private static string Range(ObjectId? old, ObjectId? now, string dots) =>
        $"{CommitView.ShortId(old ?? default)}{dots}{CommitView.ShortId(now ?? default)}";

    private static string Short(RefName? name) => name is null ? "(none)" : SafeText.Line(name.ShortName);

    private static string ShortSource(string source) =>
        SafeText.Line(RefName.TryParse(source, out RefName? name) ? name.ShortName : source);

    private static string Paint(char mark, Session session) => mark == '!' ? session.Palette.Red("!") : mark.ToString();
}
