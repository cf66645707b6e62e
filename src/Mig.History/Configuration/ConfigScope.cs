namespace Mig.History.Configuration;

/// <summary>Where a setting comes from. Later scopes win.</summary>
public enum ConfigScope
{
    /// <summary><c>/etc/mig/config</c>.</summary>
    System,

    /// <summary><c>~/.config/mig/config</c>.</summary>
    User,

    /// <summary><c>.mig/config</c>.</summary>
    Repository,

    /// <summary>The command line and the environment.</summary>
    Command,
}
