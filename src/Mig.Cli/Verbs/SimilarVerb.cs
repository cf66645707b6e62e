using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Refs;
using Mig.Sharing;

namespace Mig.Cli.Verbs;

internal sealed class SimilarVerb : Verb
{
    public const string Summary = "Ranks images by what they share with a version";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };

    public SimilarVerb()
        : base("similar", Summary) => Add(_revisions);

    public override IReadOnlyList<string> Usage => ["similar [--json] [REV [REV...]]"];

    public override string Description =>
        "Compares the first REV (HEAD when none is given) with the others, or with the newest version of every other\n"
        + "branch. What is compared is the content of the disks, files and all else, each byte once: not names or places.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig similar web", "says which other branches have most in common with web"),
        ("mig similar v2 v1 v0", "says how much of v2 was in v1 and v0"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = arguments.GetValue(_revisions) ?? [];
        Repository repository = session.Repository;
        string revision = given.Length > 0 ? given[0] : "HEAD";
        var images = new List<(string Name, ImageId Image)> { (revision, repository.Revisions.ResolveImage(revision)) };
        images.AddRange(given.Length > 1
            ? given.Skip(1).Select(other => (other, repository.Revisions.ResolveImage(other)))
            : BranchImages(repository).Where(branch => branch.Name != revision && !(revision == "HEAD" && branch.IsHead)).Select(branch => (branch.Name, branch.Image)));
        SharingMatrix matrix = SharingMatrix.Measure(repository, images, session.Cancellation);
        int[] order = [.. Enumerable.Range(1, images.Count - 1).OrderByDescending(i => matrix.Shared[0][i])];
        if (session.IsJson)
            session.WriteJson(order.Select(i => new SimilarJson(matrix.Names[i], matrix.Shared[0][i], matrix.Shared[i][i], Round(matrix.Part(0, i)), Round(matrix.Part(i, 0)))), MigJson.Default.SimilarJson);
        else if (order.Length == 0)
            session.Say("There is no other branch to compare with; name revisions, as in 'mig similar HEAD HEAD~1'.");
        else
            new SharingView(session.Output).WriteRanking(matrix, order);
        return ExitCode.Success;
    }

    /// <summary>The newest version of each branch.</summary>
    internal static IEnumerable<(string Name, ImageId Image, bool IsHead)> BranchImages(Repository repository)
    {
        RefName? head = repository.Refs.ReadHead().Branch;
        return repository.Refs.List(RefName.BranchPrefix)
            .Select(branch => (branch.Name.ShortName, repository.Objects.ReadCommit(new CommitId(branch.Id)).Image, branch.Name == head));
    }

    private static double Round(double part) => Math.Round(part, 4);
}
