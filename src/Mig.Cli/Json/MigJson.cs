using System.Text.Json.Serialization;

namespace Mig.Cli.Json;

/// <summary>
/// Everything that <c>--json</c> prints. The shapes are documented in docs/guide/json.md; what is there stays, more may come.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(AuditJson))]
[JsonSerializable(typeof(BaselineJson))]
[JsonSerializable(typeof(CheckJson))]
[JsonSerializable(typeof(CollectionJson))]
[JsonSerializable(typeof(CommitJson))]
[JsonSerializable(typeof(CommitResultJson))]
[JsonSerializable(typeof(ComplianceJson))]
[JsonSerializable(typeof(DeriveJson))]
[JsonSerializable(typeof(DiffJson))]
[JsonSerializable(typeof(EditJson))]
[JsonSerializable(typeof(EntryJson))]
[JsonSerializable(typeof(FoundJson))]
[JsonSerializable(typeof(InstallJson))]
[JsonSerializable(typeof(InventoryJson))]
[JsonSerializable(typeof(ExtractJson))]
[JsonSerializable(typeof(GrepJson))]
[JsonSerializable(typeof(MergeJson))]
[JsonSerializable(typeof(PickedJson))]
[JsonSerializable(typeof(RebasedJson))]
[JsonSerializable(typeof(PurgeJson))]
[JsonSerializable(typeof(RefJson))]
[JsonSerializable(typeof(ReflogJson))]
[JsonSerializable(typeof(RemediatedJson))]
[JsonSerializable(typeof(RemoteJson))]
[JsonSerializable(typeof(RemoteRefJson))]
[JsonSerializable(typeof(RevisionJson))]
[JsonSerializable(typeof(SealJson))]
[JsonSerializable(typeof(SealOperationJson))]
[JsonSerializable(typeof(SettingJson))]
[JsonSerializable(typeof(SessionJson))]
[JsonSerializable(typeof(SharingJson))]
[JsonSerializable(typeof(ShowJson))]
[JsonSerializable(typeof(SimilarJson))]
[JsonSerializable(typeof(StatisticsJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(LiveJson))]
[JsonSerializable(typeof(TimelineJson))]
[JsonSerializable(typeof(UnseenVersionsJson))]
[JsonSerializable(typeof(VerificationJson))]
[JsonSerializable(typeof(VersionJson))]
internal sealed partial class MigJson : JsonSerializerContext;
