namespace Mig.Cli.CommandLines;

/// <summary>What can stand where a word is to be completed.</summary>
internal enum CompletionKind
{
    Nothing,

    /// <summary>Branches, tags, HEAD.</summary>
    Revisions,

    /// <summary>Revisions, and after a colon the paths in them.</summary>
    Paths,

    Branches,

    Tags,

    /// <summary>Files of the host: left to the shell.</summary>
    Files,

    Verbs,

    /// <summary>The shells that completion works in.</summary>
    Shells,

    Settings,

    /// <summary>A remote, then branches.</summary>
    Remotes,

    /// <summary>What <c>mig remote</c> does, then a remote.</summary>
    RemoteCommands,
}
