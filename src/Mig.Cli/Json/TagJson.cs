using Mig.History.Commits;

namespace Mig.Cli.Json;

/// <summary>An annotated tag.</summary>
internal sealed record TagJson(string Id, string Name, string Target, string TargetKind, PersonJson Tagger, string Message)
{
    public static TagJson Of(string id, Tag tag) =>
        new(id, tag.Name, tag.Target.ToString(), ObjectKindName.Of(tag.TargetKind), PersonJson.Of(tag.Tagger), tag.Message);
}
