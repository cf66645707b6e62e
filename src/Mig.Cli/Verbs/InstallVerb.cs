using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Packages;
using Mig.Cli.Verbs.Edits;

namespace Mig.Cli.Verbs;

internal sealed class InstallVerb : Verb
{
    public const string Summary = "Installs packages into a dormant image";

    private readonly Argument<string[]> _what = new("BRANCH PACKAGE...") { Arity = ArgumentArity.ZeroOrMore };

    private readonly EditOptions _options = new("-n");
    private readonly Option<bool> _explain = new("--explain") { Description = "Says of each package whether something must run, and why" };

    public InstallVerb()
        : base("install", Summary)
    {
        Add(_what);
        Add(_explain);
        Add(_options.All);
    }

    public override IReadOnlyList<string> Usage => ["install [-m MSG] [--explain] [--dry-run] BRANCH PACKAGE.deb..."];

    public override IReadOnlyList<(string Command, string Meaning)> Examples => [("mig install web hello.deb", "installs a package")];

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_what) is not [var branch, _, ..] what)
            throw new UsageException("name a branch and packages, as in 'mig install web hello.deb'");
        string[] files = what[1..];
        EditRequest edit = _options.Read(arguments, branch, $"install {string.Join(' ', files.Select(Path.GetFileName))}");
        var request = new InstallRequest { Edit = edit, Files = files };
        var installer = new PackageInstaller(session.Repository);
        if (arguments.GetValue(_explain))
        {
            foreach (PlannedPackage package in installer.Explain(request, session.Cancellation))
                session.Output.WriteLine($"{package.Name} {package.Version}: {package.Route} {string.Join("; ", package.Reasons)}");
            return ExitCode.Success;
        }

        InstallResult result = installer.Install(request, session.Cancellation);
        if (result.Edit is { } done)
            new EditReport(session).Write(done, [("", result.Log)], edit.DryRun);
        else
            session.Warn("must run");
        return ExitCode.Success;
    }
}
