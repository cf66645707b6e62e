namespace Mig.Machines.Inventories;

/// <summary>
/// A user of the machine. Source: passwd(5); of Windows, its numbers are the last parts of security identifiers, and there is no shell.
/// </summary>
/// <param name="Home">The home directory.</param>
/// <param name="Shell">What runs when the user logs in.</param>
public sealed record UserAccount(string Name, uint Uid, uint Gid, string Home, string Shell)
{
    /// <summary>Whether Windows has the account and lets nobody use it.</summary>
    public bool IsDisabled { get; init; }
}
