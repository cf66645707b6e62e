namespace Mig.Core;

/// <summary>The input is valid, but mig cannot read or write it.</summary>
/// <param name="feature">The feature, by its name in the format's specification.</param>
/// <param name="detail">Where it was found, and what to do instead.</param>
public sealed class UnsupportedFeatureException(string feature, string detail)
    : MigException(feature + UnsupportedFeatureException.Middle + detail)
{
    /// <summary>What stands between the feature and the detail.</summary>
    public const string Middle = " is not supported: ";

    public string Feature { get; } = feature;
}
