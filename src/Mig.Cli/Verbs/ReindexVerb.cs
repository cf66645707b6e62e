using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Images.Browse;
using Mig.Images.Searching;

namespace Mig.Cli.Verbs;

internal sealed class ReindexVerb : Verb
{
    public const string Summary = "Makes the catalogue of mig search anew";

    public ReindexVerb()
        : base("reindex", Summary)
    {
    }

    public override IReadOnlyList<string> Usage => ["reindex"];

    public override string Description =>
        "Search brings its catalogue up to date by itself. It is a cache of what is in the versions, and may be deleted at any time.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
        [("mig reindex", "forgets what the catalogue says, and reads it from the versions again")];

    public override int Run(ParseResult arguments, Session session)
    {
        AnswerCoverage coverage;
        using (ProgressBar? progress = session.ShowProgress())
            coverage = new ImageSearch(session.Repository, progress ?? (IProgressSink)NoProgress.Instance).Reindex(session.Cancellation);
        return AnswerEnd.Say(coverage, session, isFound: true);
    }
}
