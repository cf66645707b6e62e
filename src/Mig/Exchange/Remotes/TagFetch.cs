namespace Mig.Exchange.Remotes;

/// <summary>Which tags a fetch takes.</summary>
public enum TagFetch
{
    /// <summary>Those that lead into the history that is fetched.</summary>
    Following,

    /// <summary>All.</summary>
    All,

    /// <summary>None but those that were asked for by name.</summary>
    None,
}
