namespace Mig.Core.Zstd;

/// <summary>Which implementation of zstd is asked for (<c>core.zstd</c>).</summary>
public enum ZstdChoice
{
    /// <summary>The system's libzstd where it is found and of a known version, else the managed one.</summary>
    Auto,

    /// <summary>The system's libzstd, or an error.</summary>
    Native,

    /// <summary>The one that mig brings along.</summary>
    Managed,
}
