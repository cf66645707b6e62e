using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Verbs.Edits;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Packages;

namespace Mig.Cli.Verbs;

internal sealed class InstallVerb : Verb
{
    public const string Summary = "Installs packages into a dormant image";

    private readonly Argument<string[]> _what = new("BRANCH PACKAGE.deb|NAME...") { Arity = ArgumentArity.ZeroOrMore };
    private readonly PackageOptions _options = new();
    private readonly Option<bool> _explain = new("--explain") { Description = "Says of each package whether something must run, and why" };
    private readonly Option<bool> _run = new("--run") { Description = "Has dpkg of the image install it, whatever it is" };
    private readonly Option<bool> _native = new("--native") { Description = "Refuses what must run" };

    public InstallVerb()
        : base("install", Summary)
    {
        Add(_what);
        Add(_explain, _run, _native);
        Add(_options.All);
    }

    public override bool HasJson => true;

    public override IReadOnlyList<string> Usage =>
    [
        $"install {PackageOptions.Usage} [--native | --run] BRANCH PACKAGE.deb...",
        $"install {PackageOptions.Usage} [--native | --run] [--source DIR|URL] [--net] BRANCH NAME...",
        "install --explain [--source DIR] BRANCH PACKAGE.deb|NAME...",
    ];

    public override string Description =>
        """
        mig unpacks a package itself and writes dpkg's records of it, where that leaves what dpkg would leave: no root, no mount, nothing of the
        image runs. When one of them has a script or wakes one whose effect is not known, dpkg of the image installs them all, as with 'mig
        run'. --explain says which, and why. What is named is taken from a folder or a mirror (--source), or from what the image's own apt knows.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig install web hello_2.10-3_amd64.deb", "installs a package of this machine"),
        ("mig install web --source ./debs jq", "takes it, and what it needs, from a folder"),
        ("mig install web --net nginx", "has the image's own apt fetch it"),
        ("mig install --explain web *.deb", "says what must run, and why"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_what) is not [var branch, _, ..] all)
            throw new UsageException("name a branch and packages, as in 'mig install web hello.deb'");
        string[] what = all[1..];
        bool mustRun = arguments.GetValue(_run), mustNot = arguments.GetValue(_native);
        if (mustRun && mustNot)
            throw new UsageException("--run and --native exclude each other");
        if (what.FirstOrDefault(name => name.EndsWith(".rpm", StringComparison.Ordinal)) is { } rpm)
            throw new UnsupportedFeatureException("installing .rpm packages",
                $"let the image's own manager do it: 'mig run {branch} --bind {rpm}:/run/p.rpm -- rpm -i /run/p.rpm'");
        string[] files = [.. what.Where(IsFile)], names = [.. what.Where(name => !IsFile(name))];
        EditRequest edit = _options.Edit(arguments, branch, $"install {string.Join(' ', what.Select(Path.GetFileName))}");
        (string? folder, string? mirror) = _options.Source(arguments);
        var view = new PackageView(session, edit.DryRun);
        if (names.Length > 0 && folder is null)
            return InstallNames(arguments, session, edit, files, names, mirror, view);
        var request = new InstallRequest { Edit = edit, Files = files, Names = names, Folder = folder };
        var installer = new PackageInstaller(session.Repository);
        if (arguments.GetValue(_explain))
        {
            view.Explain(installer.Explain(request, session.Cancellation));
            return ExitCode.Success;
        }

        IReadOnlyList<PlannedPackage> packages = [];
        if (!mustRun)
        {
            InstallResult result = installer.Install(request, session.Cancellation);
            if (result.Edit is not null)
            {
                view.Write(result);
                return ExitCode.Success;
            }

            packages = result.Packages;
            if (mustNot)
                throw new UnsupportedFeatureException("installing without running anything", PackageView.WhyOf(packages));
            if (edit.DryRun)
            {
                view.Explain(result);
                return ExitCode.Success;
            }

            session.Warn(PackageView.WhyOf(packages));
        }

        return view.Write(packages, new PackageRunner(session.Repository).InstallFiles(
            _options.Run(arguments, session, edit), installer.FindFiles(request), session.Cancellation), branch);
    }

    private int InstallNames(ParseResult arguments, Session session, EditRequest edit, string[] files, string[] names, string? mirror,
        PackageView view)
    {
        if (files.Length > 0)
            throw new UsageException($"'{names[0]}' is no file; to give files and names at once, say with '--source DIR' "
                + "where names are found");
        if (arguments.GetValue(_native) || arguments.GetValue(_explain) || edit.DryRun)
            throw new UsageException("what apt would fetch is not known before it runs; '--source DIR' names packages of this machine");
        PackageRun run = _options.Run(arguments, session, edit) with { Mirror = mirror };
        return view.Write([], new PackageRunner(session.Repository).Install(run, names, session.Cancellation), edit.Branch);
    }

    private static bool IsFile(string name) => name.EndsWith(".deb", StringComparison.Ordinal)
        || name.Contains('/', StringComparison.Ordinal);
}
