namespace Mig.Inventories;

/// <summary>A user of the machine. Source: passwd(5).</summary>
/// <param name="Home">The home directory.</param>
/// <param name="Shell">What runs when the user logs in.</param>
public sealed record UserAccount(string Name, uint Uid, uint Gid, string Home, string Shell);
