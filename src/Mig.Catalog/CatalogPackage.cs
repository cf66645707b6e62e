namespace Mig.Catalog;

/// <summary>A package that an image has.</summary>
/// <param name="Kind">What installs it, such as <c>dpkg</c>: by its rules versions are compared.</param>
/// <param name="Architecture">Empty where there is none.</param>
public sealed record CatalogPackage(string Kind, string Name, string Version, string Architecture);
