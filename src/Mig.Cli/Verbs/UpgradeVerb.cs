using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Packages;

namespace Mig.Cli.Verbs;

internal sealed class UpgradeVerb : Verb
{
    public const string Summary = "Upgrades the packages of a dormant image";

    private readonly Argument<string> _branch = new("BRANCH");
    private readonly PackageOptions _options = new();
    private readonly Option<bool> _security = new("--security") { Description = "Takes only what comes from a security archive" };

    public UpgradeVerb()
        : base("upgrade", Summary)
    {
        Add(_branch);
        Add(_security);
        Add(_options.All);
    }

    public override bool HasJson => true;

    public override CompletionKind Completes => CompletionKind.Branches;

    public override IReadOnlyList<string> Usage => [$"upgrade [--security] {PackageOptions.Usage} [--source DIR|URL] [--net] BRANCH"];

    public override string Description =>
        """
        The image's own apt upgrades what needs no new packages and no removals, as with 'mig run': from its own archives (--net), from a mirror,
        or from what a folder has in newer versions (--source DIR). When it fails, the branch stays as it was.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig upgrade --net --security web", "takes security updates"),
        ("mig upgrade --source ./debs web", "takes newer versions from a folder"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        string branch = arguments.GetValue(_branch)!;
        bool isSecurity = arguments.GetValue(_security);
        EditRequest edit = _options.Edit(arguments, branch, isSecurity ? "upgrade (security)" : "upgrade");
        (string? folder, string? mirror) = _options.Source(arguments);
        var view = new PackageView(session, edit.DryRun);
        var runner = new PackageRunner(session.Repository);
        PackageRun run = _options.Run(arguments, session, edit) with { Mirror = mirror };
        if (folder is null)
        {
            if (edit.DryRun)
                throw new UsageException("what apt would fetch is not known before it runs; '--source DIR' names packages of this machine");
            return view.Write([], runner.Upgrade(run, isSecurity, session.Cancellation), branch);
        }

        if (isSecurity)
            throw new UsageException("a folder does not say which of its packages are security updates; leave --security out");
        var request = new InstallRequest { Edit = edit, Folder = folder, Upgrades = true };
        InstallResult found = new PackageInstaller(session.Repository).Explain(request, session.Cancellation);
        if (edit.DryRun || found.Files.Count == 0)
        {
            view.Explain(found);
            return ExitCode.Success;
        }

        return view.Write(found.Packages, runner.InstallFiles(run, found.Files, session.Cancellation), branch);
    }
}
