namespace Mig.Core;

/// <summary>The input is valid, but mig cannot read or write it.</summary>
/// <param name="feature">The feature, by its name in the format's specification.</param>
/// <param name="detail">Where it was found, and what to do instead.</param>
public sealed class UnsupportedFeatureException(string feature, string detail) : MigException($"{feature} is not supported: {detail}")
{
    public string Feature { get; } = feature;
}
