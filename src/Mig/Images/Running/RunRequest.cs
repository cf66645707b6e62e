namespace Mig.Images.Running;

/// <summary>A command for a dormant image.</summary>
public sealed record RunRequest
{
    /// <summary>The branch that the command changes.</summary>
    public required string Branch { get; init; }

    /// <summary>The program, by path or by a name in the machine's PATH, and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The message of the commit; null for one that names the command.</summary>
    public string? Message { get; init; }

    /// <summary>Lends it the network of this machine, and its name servers; else it has none.</summary>
    public bool Network { get; init; }

    /// <summary>Folders or files of this machine that it may read, each with its place in the image.</summary>
    public IReadOnlyList<RunBind> Binds { get; init; } = [];

    /// <summary>Variables of its environment, beside PATH, HOME, LANG and TERM.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The directory in the image that it starts in.</summary>
    public string WorkingFolder { get; init; } = "/";

    /// <summary>Mount points of the machine that may stay empty, as their volumes cannot be mounted here.</summary>
    public IReadOnlyList<string> WithoutMounts { get; init; } = [];

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }

    /// <summary>Whether it may read something from its standard input.</summary>
    public bool HasInput { get; init; }

    /// <summary>Whether what the same command made of the same image before is taken, instead of running it again.</summary>
    public bool Replays { get; init; } = true;
}
