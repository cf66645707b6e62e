namespace Mig.Versions.Commits;

/// <summary>Which hooks are part of a publication. docs/guide/hooks.md has the table of verbs.</summary>
[Flags]
internal enum PublicationHooks
{
    /// <summary>None: what is taken out of all history stays out, whatever a hook thinks of it.</summary>
    None = 0,

    /// <summary>commit-msg, for messages that somebody writes now.</summary>
    Message = 1,

    /// <summary>pre-commit, for images that are new.</summary>
    Version = 2,

    /// <summary>post-commit, when a ref leads to the version.</summary>
    Done = 4,

    /// <summary>For versions that are made anew, and keep their messages.</summary>
    Replay = Version | Done,

    /// <summary>For all other versions.</summary>
    All = Message | Replay,
}
