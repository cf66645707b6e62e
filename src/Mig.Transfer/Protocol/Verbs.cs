namespace Mig.Transfer.Protocol;

/// <summary>What can be asked of a server (docs/protocol.md, "Verbs").</summary>
internal static class Verbs
{
    /// <summary>Which versions the server speaks.</summary>
    public const string Hello = "hello";

    /// <summary>All refs.</summary>
    public const string Refs = "refs";

    /// <summary>Commits and tags that the client lacks.</summary>
    public const string Commits = "commits";

    /// <summary>Which of these objects the server has.</summary>
    public const string Has = "has";

    /// <summary>These objects.</summary>
    public const string Get = "get";

    /// <summary>Take these contents.</summary>
    public const string Put = "put";

    /// <summary>Take these manifests, and move refs.</summary>
    public const string Push = "push";

    /// <summary>Whether a server may have much to do before it begins to answer.</summary>
    public static bool TakesTime(string verb) => verb is Commits or Get or Put or Push;

    /// <summary>Whether it is not the same to ask once or twice.</summary>
    public static bool ChangesThings(string verb) => verb is Put or Push;

    public static readonly IReadOnlyList<string> All = [Hello, Refs, Commits, Has, Get, Put, Push];
}
