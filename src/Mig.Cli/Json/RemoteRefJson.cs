namespace Mig.Cli.Json;

/// <summary>A ref of another repository.</summary>
/// <param name="Name">As people say it.</param>
/// <param name="Peeled">The commit that an annotated tag leads to.</param>
/// <param name="Target">The branch that HEAD is on; for HEAD only.</param>
internal sealed record RemoteRefJson(string Name, string Ref, string Id, string? Peeled, string? Target);
