using Mig.Core;
using Mig.Core.Host;

namespace Mig.Care.Trust;

/// <summary>
/// Tells whose a repository is. Its hooks and its configuration run programs for whoever works in it, so one of another user is refused,
/// however it was found or named, until <c>safe.directory</c> allows it.
/// </summary>
internal static class RepositoryOwnership
{
    private const string SudoUser = "SUDO_UID";

    /// <summary>Refuses a repository of another user. To be called before anything in it is read.</summary>
    /// <param name="folder">The repository's folder, absolute.</param>
    /// <exception cref="UntrustedRepositoryException">It is another user's, and <c>safe.directory</c> does not name it.</exception>
    public static void Require(string folder, RepositoryContext context)
    {
        string place = WorkFolder(folder) ?? folder;
        if (FindForeign(folder, context) is not { } foreign || SafeDirectories.Allow(place, folder, context))
            return;
        throw new UntrustedRepositoryException(
            $"the repository in {place} is not yours: {foreign.Path} belongs to user {foreign.Owner}, and this is user {HostUser.Id}. "
            + "Its hooks and settings would run programs as you; if you trust who owns it, run\n  mig config --global --add "
            + $"{SafeDirectories.Setting} {ShellText.Quote(place)}");
    }

    // As Git: the folder around .mig counts, too. Settings and hooks may belong to somebody else than the folder that they are in.
    private static (string Path, uint Owner)? FindForeign(string folder, RepositoryContext context)
    {
        foreach (string? path in (string?[])[WorkFolder(folder), folder, Path.Combine(folder, "config"), Path.Combine(folder, "hooks")])
        {
            // Whose the link is that leads to a folder says nothing of the folder.
            if (path is not null && FileStatus.Of(path, followsLinks: true) is { } status && !IsOurs(status.Uid, context))
                return (path, status.Uid);
        }

        return null;
    }

    // Root who came by sudo works for the user who typed it.
    private static bool IsOurs(uint owner, RepositoryContext context) =>
        owner == HostUser.Id || (HostUser.Id == HostUser.Root && uint.TryParse(context.Environment(SudoUser), out uint user)
            && owner == user);

    private static string? WorkFolder(string folder) =>
        Path.GetFileName(folder) == Repository.FolderName ? Path.GetDirectoryName(folder) : null;
}
