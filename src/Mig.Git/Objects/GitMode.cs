namespace Mig.Git.Objects;

/// <summary>What a name in a tree of Git stands for.</summary>
internal enum GitMode
{
    Tree,
    File,
    Executable,

    /// <summary>A symbolic link, or a commit of another repository: mig writes none.</summary>
    Other,
}
