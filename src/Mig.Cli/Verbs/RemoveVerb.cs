using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Packages;

namespace Mig.Cli.Verbs;

internal sealed class RemoveVerb : Verb
{
    public const string Summary = "Removes packages from a dormant image";

    private readonly Argument<string[]> _what = new("BRANCH NAME...") { Arity = ArgumentArity.ZeroOrMore };
    private readonly PackageOptions _options = new();
    private readonly Option<bool> _purge = new("--purge") { Description = "Removes their configuration, too" };

    public RemoveVerb()
        : base("remove", Summary)
    {
        Add(_what);
        Add(_purge);
        Add(_options.Few);
    }

    public override bool HasJson => true;

    public override IReadOnlyList<string> Usage => ["remove [--purge] [-m MSG] [--no-verify] [--json] BRANCH NAME..."];

    public override string Description =>
        """
        The image's own apt removes them, and what needs them, as with 'mig run'. When it fails, the branch stays as it was. To remove files,
        use 'mig rm'; to remove a branch, 'mig branch -d'.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
        [("mig remove web telnet", "removes a package"), ("mig remove --purge web exim4-base", "removes its configuration, too")];

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_what) is not [var branch, _, ..] all)
            throw new UsageException("name a branch and packages, as in 'mig remove web telnet'");
        EditRequest edit = _options.Edit(arguments, branch, $"remove {string.Join(' ', all[1..])}");
        return new PackageView(session, false).Write([], new PackageRunner(session.Repository).Remove(
            _options.Run(arguments, session, edit), all[1..], arguments.GetValue(_purge), session.Cancellation), branch);
    }
}
