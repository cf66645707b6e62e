namespace Mig.Catalog.Searching;

/// <summary>How permission bits are compared.</summary>
public enum ModeMatch
{
    /// <summary><c>0644</c>: these bits and no other.</summary>
    Exact,

    /// <summary><c>-6000</c>: all of these.</summary>
    All,

    /// <summary><c>/6000</c>: at least one of these.</summary>
    Any,
}
