using Mig.Cli.Verbs;
using Mig.Cli.Verbs.Edits;

namespace Mig.Cli.CommandLines;

/// <summary>The verbs: listed here, not discovered, and made only when asked for.</summary>
internal static class VerbList
{
    public static readonly (string Group, (string Name, string Summary, Func<Verb> Create)[] Verbs)[] Groups =
    [
        ("Begin", [
            ("init", InitVerb.Summary, () => new InitVerb()),
            ("clone", CloneVerb.Summary, () => new CloneVerb()),
            ("config", ConfigVerb.Summary, () => new ConfigVerb()),
        ]),
        ("Keep versions", [
            ("commit", CommitVerb.Summary, () => new CommitVerb()),
            ("checkout", CheckoutVerb.Summary, () => new CheckoutVerb()),
            ("branch", BranchVerb.Summary, () => new BranchVerb()),
            ("tag", TagVerb.Summary, () => new TagVerb()),
            ("merge", MergeVerb.Summary, () => new MergeVerb()),
            ("rebase", RebaseVerb.Summary, () => new RebaseVerb()),
            ("cherry-pick", CherryPickVerb.Summary, () => new CherryPickVerb()),
            ("revert", RevertVerb.Summary, () => new RevertVerb()),
            ("seal", SealVerb.Summary, () => new SealVerb()),
            ("purge", PurgeVerb.Summary, () => new PurgeVerb()),
        ]),
        ("Look at versions", [
            ("log", LogVerb.Summary, () => new LogVerb()),
            ("show", ShowVerb.Summary, () => new ShowVerb()),
            ("diff", DiffVerb.Summary, () => new DiffVerb()),
            ("status", StatusVerb.Summary, () => new StatusVerb()),
            ("bisect", BisectVerb.Summary, () => new BisectVerb()),
            ("when", WhenVerb.Summary, () => new WhenVerb()),
            ("reflog", ReflogVerb.Summary, () => new ReflogVerb()),
            ("rev-parse", RevParseVerb.Summary, () => new RevParseVerb()),
        ]),
        ("Look into images", [
            ("ls", LsVerb.Summary, () => new LsVerb()),
            ("cat", CatVerb.Summary, () => new CatVerb()),
            ("search", SearchVerb.Summary, () => new SearchVerb()),
            ("inventory", InventoryVerb.Summary, () => new InventoryVerb()),
            ("verify-packages", VerifyPackagesVerb.Summary, () => new VerifyPackagesVerb()),
            ("audit", AuditVerb.Summary, () => new AuditVerb()),
            ("baseline", BaselineVerb.Summary, () => new BaselineVerb()),
            ("comply", ComplyVerb.Summary, () => new ComplyVerb()),
            ("grep", GrepVerb.Summary, () => new GrepVerb()),
            ("mount", MountVerb.Summary, () => new MountVerb()),
            ("extract", ExtractVerb.Summary, () => new ExtractVerb()),
        ]),
        ("Change files in versions", [
            ("put", PutVerb.Summary, () => new PutVerb()),
            ("edit", EditFileVerb.Summary, () => new EditFileVerb()),
            ("rm", RmVerb.Summary, () => new RmVerb()),
            ("mv", MvVerb.Summary, () => new MvVerb()),
            ("mkdir", MkdirVerb.Summary, () => new MkdirVerb()),
            ("ln", LnVerb.Summary, () => new LnVerb()),
            ("chmod", ChmodVerb.Summary, () => new ChmodVerb()),
            ("chown", ChownVerb.Summary, () => new ChownVerb()),
            ("touch", TouchVerb.Summary, () => new TouchVerb()),
            ("setfattr", SetfattrVerb.Summary, () => new SetfattrVerb()),
            ("apply", ApplyVerb.Summary, () => new ApplyVerb()),
            ("overlay", OverlayVerb.Summary, () => new OverlayVerb()),
            ("derive", DeriveVerb.Summary, () => new DeriveVerb()),
            ("install", InstallVerb.Summary, () => new InstallVerb()),
            ("remove", RemoveVerb.Summary, () => new RemoveVerb()),
            ("upgrade", UpgradeVerb.Summary, () => new UpgradeVerb()),
            ("remediate", RemediateVerb.Summary, () => new RemediateVerb()),
            ("run", RunVerb.Summary, () => new RunVerb()),
            ("build", BuildVerb.Summary, () => new BuildVerb()),
        ]),
        ("Exchange versions", [
            ("remote", RemoteVerb.Summary, () => new RemoteVerb()),
            ("fetch", FetchVerb.Summary, () => new FetchVerb()),
            ("pull", PullVerb.Summary, () => new PullVerb()),
            ("push", PushVerb.Summary, () => new PushVerb()),
            ("ls-remote", LsRemoteVerb.Summary, () => new LsRemoteVerb()),
            ("serve", ServeVerb.Summary, () => new ServeVerb()),
            ("session", SessionVerb.Summary, () => new SessionVerb()),
            ("boot", BootVerb.Summary, () => new BootVerb()),
            ("trace", TraceVerb.Summary, () => new TraceVerb()),
            ("token", TokenVerb.Summary, () => new TokenVerb()),
            ("git", GitVerb.Summary, () => new GitVerb()),
        ]),
        ("Care for the repository", [
            ("gc", GcVerb.Summary, () => new GcVerb()),
            ("repack", RepackVerb.Summary, () => new RepackVerb()),
            ("fsck", FsckVerb.Summary, () => new FsckVerb()),
            ("stats", StatsVerb.Summary, () => new StatsVerb()),
            ("reindex", ReindexVerb.Summary, () => new ReindexVerb()),
            ("similar", SimilarVerb.Summary, () => new SimilarVerb()),
        ]),
        ("Help", [
            ("help", HelpVerb.Summary, () => new HelpVerb()),
            ("version", VersionVerb.Summary, () => new VersionVerb()),
            ("completion", CompletionVerb.Summary, () => new CompletionVerb()),
        ]),
    ];

    /// <summary>The verbs that may be offered for a name that is none: not those that destroy, whose name a user should know.</summary>
    public static IEnumerable<string> Suggested => Names.Where(name => name is not ("purge" or "rm" or "gc"));

    public static IEnumerable<string> Names
    {
        get
        {
            foreach ((_, (string Name, string Summary, Func<Verb> Create)[] verbs) in Groups)
            {
                foreach ((string name, _, _) in verbs)
                    yield return name;
            }
        }
    }

    /// <summary>Makes a verb; null when there is none of that name.</summary>
    public static Verb? Create(string name)
    {
        foreach ((_, (string Name, string Summary, Func<Verb> Create)[] verbs) in Groups)
        {
            foreach ((string candidate, _, Func<Verb> create) in verbs)
            {
                if (candidate == name)
                    return create();
            }
        }

        return null;
    }
}
