using System.CommandLine;
using Mig.Care.Sharing;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Refs;
using Mig.Images.Browse;

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
        var coverage = new AnswerCoverage(repository);
        RefName? head = repository.Refs.ReadHead().Branch;
        IEnumerable<(string Name, ImageId Image)> others = given.Length > 1
            ? VersionTips.OfRevisions(repository, given.Skip(1), coverage)
            : VersionTips.OfBranches(repository, coverage).Where(branch => branch.Name.ShortName != revision
                && !(revision == "HEAD" && branch.Name == head)).Select(branch => (branch.Name.ShortName, branch.Image));
        ImageId image = repository.Revisions.ResolveImage(revision);
        SharingMatrix matrix = SharingMatrix.Measure(repository, others.Prepend((revision, image)), coverage, session.Cancellation);
        if (matrix.Names.Count == 0 || matrix.Names[0] != revision)
            return AnswerEnd.Say(coverage, session, isFound: false);
        int[] order = [.. Enumerable.Range(1, matrix.Names.Count - 1).OrderByDescending(i => matrix.Shared[0][i])];
        if (session.IsJson)
            session.WriteJson(order.Select(i =>
                new SimilarJson(matrix.Names[i], matrix.Shared[0][i], matrix.Shared[i][i], Round(matrix.Part(0, i)),
                Round(matrix.Part(i, 0)))), MigJson.Default.SimilarJson, coverage);
        else if (order.Length == 0)
            session.Say("There is no other branch to compare with; name revisions, as in 'mig similar HEAD HEAD~1'.");
        else
            new SharingView(session.Output).WriteRanking(matrix, order);
        return AnswerEnd.Say(coverage, session, isFound: true);
    }

    private static double Round(double part) => Math.Round(part, 4);
}
