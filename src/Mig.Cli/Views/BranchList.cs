using System.IO.Enumeration;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Commits;
using Mig.History.Refs;

namespace Mig.Cli.Views;

/// <summary>Lists branches, here and at remotes.</summary>
internal sealed class BranchList(Session session)
{
    private readonly Repository _repository = session.Repository;
    private readonly Upstreams _upstreams = new(session.Repository);

    public bool ShowsBranches { get; init; } = true;

    public bool ShowsTracking { get; init; }

    /// <summary>Whether the last commit is shown, and how far from its upstream a branch is.</summary>
    public bool IsVerbose { get; init; }

    /// <summary>Whether the upstream is named.</summary>
    public bool NamesUpstream { get; init; }

    /// <param name="patterns">What the names must match; empty for all.</param>
    public void Write(string[] patterns)
    {
        Head head = _repository.Refs.ReadHead();
        var damaged = new List<CorruptStoreException>();
        List<Ref> branches = [];
        if (ShowsBranches)
            branches.AddRange(_repository.Refs.List(RefName.BranchPrefix, damaged));
        if (ShowsTracking)
            branches.AddRange(_repository.Refs.List(RefName.RemotePrefix, damaged));
        if (patterns.Length > 0)
            branches.RemoveAll(found => !Array.Exists(patterns, pattern =>
                FileSystemName.MatchesSimpleExpression(pattern, found.Name.ShortName, ignoreCase: false)));
        foreach (CorruptStoreException problem in damaged)
            session.Warn(problem.Message);
        if (session.IsJson)
            session.WriteJson(branches.Select(found => ToJson(found, head)), MigJson.Default.RefJson);
        else
            WriteLines(branches, head, patterns.Length == 0 && ShowsBranches);
    }

    private void WriteLines(List<Ref> branches, Head head, bool showsDetached)
    {
        string detached = head is { IsDetached: true, Id: { } id } ? $"(HEAD detached at {CommitView.ShortId(id)})" : "";
        int width = branches.Select(found => NameOf(found).Length).Append(detached.Length).Max();
        if (detached.Length > 0 && showsDetached)
            WriteLine(detached, session.Palette.Green, width, head.Id!.Value, "", true);
        foreach (Ref found in branches)
        {
            bool isCurrent = found.Name == head.Branch;
            Func<string, string> paint = isCurrent ? session.Palette.Green : found.Name.IsRemote ? session.Palette.Red : text => text;
            if (found.Target is { } target)
                session.Output.WriteLine(
                    $"  {paint(NameOf(found))}{(IsVerbose ? new string(' ', width - NameOf(found).Length) : "")} -> {target.ShortName}");
            else
                WriteLine(NameOf(found), paint, width, found.Id, IsVerbose && found.Name.IsBranch ? Distance(found) : "", isCurrent);
        }
    }

    private void WriteLine(string name, Func<string, string> paint, int width, ObjectId tip, string distance, bool isCurrent)
    {
        string details = IsVerbose
            ? $"{new string(' ', width - name.Length)} {CommitView.ShortId(tip)} "
            + $"{distance}{SafeText.Line(_repository.Objects.ReadCommit(new CommitId(tip)).Subject)}" : "";
        session.Output.WriteLine($"{(isCurrent ? "*" : " ")} {paint(name)}{details}");
    }

    private string NameOf(Ref found) => found.Name.IsRemote && ShowsBranches ? "remotes/" + found.Name.ShortName : found.Name.ShortName;

    // "[ahead 1, behind 2] ", and with -vv "[origin/main: ahead 1, behind 2] "; nothing when there is nothing to say.
    private string Distance(Ref branch)
    {
        if (_upstreams.Find(branch.Name) is not { } upstream)
            return "";
        string distance = upstream.Id is not { } id ? "gone" : Distance(_upstreams.Compare(new CommitId(branch.Id), new CommitId(id)));
        if (!NamesUpstream)
            return distance.Length == 0 ? "" : $"[{distance}] ";
        return $"[{session.Palette.Blue(upstream.ShortName)}{(distance.Length == 0 ? "" : ": " + distance)}] ";
    }

    private static string Distance(AheadBehind apart) => apart switch
    {
        { Ahead: 0, Behind: 0 } => "",
        { Behind: 0 } => $"ahead {apart.Ahead}",
        { Ahead: 0 } => $"behind {apart.Behind}",
        _ => $"ahead {apart.Ahead}, behind {apart.Behind}",
    };

    private RefJson ToJson(Ref found, Head head)
    {
        UpstreamBranch? upstream = found.Name.IsBranch ? _upstreams.Find(found.Name) : null;
        AheadBehind? apart = upstream?.Id is { } id ? _upstreams.Compare(new CommitId(found.Id), new CommitId(id)) : null;
        return new RefJson(
            found.Name.ShortName,
            found.Name.Value,
            found.Id.ToString(),
            ObjectKindName.Of(ObjectKind.Commit),
            found.Id.ToString(),
            _repository.Objects.ReadCommit(new CommitId(found.Id)).Subject,
            found.Name == head.Branch)
        {
            Upstream = (upstream?.Tracking ?? upstream?.Merge)?.Value,
            Ahead = apart?.Ahead,
            Behind = apart?.Behind,
        };
    }
}
