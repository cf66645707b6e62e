using System.Text.Json.Serialization;

namespace Mig.Cli.Json;

/// <summary>Everything that <c>--json</c> prints. The shapes are documented in docs/guide/json.md; what is there stays, more may come.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(CheckJson))]
[JsonSerializable(typeof(CollectionJson))]
[JsonSerializable(typeof(CommitJson))]
[JsonSerializable(typeof(CommitResultJson))]
[JsonSerializable(typeof(DiffJson))]
[JsonSerializable(typeof(EntryJson))]
[JsonSerializable(typeof(RefJson))]
[JsonSerializable(typeof(ReflogJson))]
[JsonSerializable(typeof(RemoteJson))]
[JsonSerializable(typeof(RemoteRefJson))]
[JsonSerializable(typeof(RevisionJson))]
[JsonSerializable(typeof(SettingJson))]
[JsonSerializable(typeof(ShowJson))]
[JsonSerializable(typeof(StatisticsJson))]
[JsonSerializable(typeof(VersionJson))]
internal sealed partial class MigJson : JsonSerializerContext;
