using System.Globalization;
using System.Text.Json;
using Mig.Machines.Inventories;

namespace Mig.Machines.Sboms;

/// <summary>Writes an inventory as CycloneDX 1.6. Source: ECMA-424; the schema is bom-1.6.schema.json.</summary>
public static class CycloneDxWriter
{
    private const string SubjectReference = "image";

    public static void Write(Utf8JsonWriter writer, Inventory inventory, SbomSubject subject)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(inventory);
        ArgumentNullException.ThrowIfNull(subject);
        writer.WriteStartObject();
        writer.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        writer.WriteString("bomFormat", "CycloneDX");
        writer.WriteString("specVersion", "1.6");
        writer.WriteString("serialNumber", $"urn:uuid:{subject.Identify("cyclonedx"):D}");
        writer.WriteNumber("version", 1);
        WriteMetadata(writer, inventory, subject);
        writer.WriteStartArray("components");
        if (inventory.Release is { } release)
            WriteSystem(writer, release);
        var references = new Dictionary<string, int>();
        foreach (InstalledPackage package in inventory.Packages)
            WritePackage(writer, package, inventory.Release, references);
        writer.WriteEndArray();
        if (!inventory.Coverage.IsComplete)
            WriteComposition(writer);
        writer.WriteEndObject();
    }

    private static void WriteComposition(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("compositions");
        writer.WriteStartObject();
        writer.WriteString("aggregate", "incomplete");
        writer.WriteStartArray("assemblies");
        writer.WriteStringValue(SubjectReference);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, Inventory inventory, SbomSubject subject)
    {
        writer.WriteStartObject("metadata");
        if (subject.Created is not null)
            writer.WriteString("timestamp", subject.CreatedText);
        writer.WriteStartObject("tools");
        writer.WriteStartArray("components");
        writer.WriteStartObject();
        writer.WriteString("type", "application");
        writer.WriteString("name", "mig");
        writer.WriteString("version", subject.ToolVersion);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartObject("component");
        writer.WriteString("type", "container");
        writer.WriteString("bom-ref", SubjectReference);
        writer.WriteString("name", subject.Name);
        writer.WriteString("version", subject.Image.ToString());
        if (!inventory.Coverage.IsComplete)
        {
            writer.WriteStartArray("properties");
            foreach (string warning in inventory.Coverage.Warnings)
                WriteProperty(writer, "mig:unseen", warning);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSystem(Utf8JsonWriter writer, OsRelease release)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "operating-system");
        writer.WriteString("bom-ref", "operating-system");
        writer.WriteString("name", release.Id);
        if (release.VersionId.Length > 0)
            writer.WriteString("version", release.VersionId);
        writer.WriteString("description", release.PrettyName);
        writer.WriteEndObject();
    }

    private static void WritePackage(
        Utf8JsonWriter writer, InstalledPackage package, OsRelease? release, Dictionary<string, int> references)
    {
        string url = PackageUrl.Of(package, release);

        // The same package may lie in several places.
        int count = references[url] = references.GetValueOrDefault(url) + 1;
        writer.WriteStartObject();
        writer.WriteString("type", "library");
        writer.WriteString("bom-ref", count == 1 ? url : url + string.Create(CultureInfo.InvariantCulture, $"#{count}"));
        if (package.Supplier.Length > 0)
        {
            writer.WriteStartObject("supplier");
            writer.WriteString("name", package.Supplier);
            writer.WriteEndObject();
        }

        writer.WriteString("name", package.Name);
        writer.WriteString("version", package.Version);
        if (package.License.Length > 0)
        {
            writer.WriteStartArray("licenses");
            writer.WriteStartObject();
            writer.WriteStartObject("license");
            writer.WriteString("name", package.License);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        writer.WriteString("purl", url);
        writer.WriteStartArray("properties");
        WriteProperty(writer, "mig:kind", PackageKinds.NameOf(package.Kind));
        if (package.SourceName != package.Name || package.SourceVersion != package.Version)
            WriteProperty(writer, "mig:source", $"{package.SourceName} {package.SourceVersion}");
        if (package.Location.Length > 0)
            WriteProperty(writer, "mig:location", "/" + package.Location);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter writer, string name, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("value", value);
        writer.WriteEndObject();
    }
}
