namespace Mig.Machines.Audits;

/// <summary>What happened at a version. At the same version, later ones count last.</summary>
internal enum VersionEventKind
{
    Introduced,
    LastAffected,
    Fixed,

    /// <summary>Nothing is known from here on.</summary>
    Limit,
}
