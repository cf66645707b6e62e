using Mig.History.Trees;

namespace Mig.Catalog;

/// <summary>A volume of an image that was looked into.</summary>
/// <param name="Name">What stands before paths on it, such as <c>@2</c>; empty for the one with the operating system, or the only
/// one.</param>
/// <param name="Root">Its root directory.</param>
public sealed record CatalogVolume(string Name, TreeEntry Root);
