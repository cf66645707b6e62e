using System.Text.Json.Serialization;

namespace Mig.Merging;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ConflictManifest))]
internal sealed partial class ConflictJson : JsonSerializerContext;
