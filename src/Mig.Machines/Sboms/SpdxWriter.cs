using System.Globalization;
using System.Text.Json;
using Mig.Machines.Inventories;

namespace Mig.Machines.Sboms;

/// <summary>Writes an inventory as SPDX 2.3. Source: the SPDX specification 2.3; the schema is spdx-schema.json.</summary>
public static class SpdxWriter
{
    private const string Document = "SPDXRef-DOCUMENT", Image = "SPDXRef-Image", OperatingSystem = "SPDXRef-OperatingSystem",
        Unknown = "NOASSERTION";

    public static void Write(Utf8JsonWriter writer, Inventory inventory, SbomSubject subject)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(inventory);
        ArgumentNullException.ThrowIfNull(subject);
        writer.WriteStartObject();
        writer.WriteString("spdxVersion", "SPDX-2.3");
        writer.WriteString("dataLicense", "CC0-1.0");
        writer.WriteString("SPDXID", Document);
        writer.WriteString("name", subject.Name);
        writer.WriteString("documentNamespace", $"urn:uuid:{subject.Identify("spdx"):D}");
        writer.WriteStartObject("creationInfo");
        writer.WriteString("created", subject.CreatedText);
        writer.WriteStartArray("creators");
        writer.WriteStringValue($"Tool: mig-{subject.ToolVersion}");
        writer.WriteEndArray();
        writer.WriteEndObject();
        if (!inventory.Coverage.IsComplete)
            writer.WriteString("comment", $"This document is incomplete. {string.Join(". ", inventory.Coverage.Warnings)}.");
        writer.WriteStartArray("packages");
        WriteHead(writer, Image, subject.Name, subject.Image.ToString(), "CONTAINER");
        writer.WriteEndObject();
        if (inventory.Release is { } release)
        {
            WriteHead(writer, OperatingSystem, release.Id, release.VersionId, "OPERATING_SYSTEM");
            writer.WriteString("summary", release.PrettyName);
            writer.WriteEndObject();
        }

        for (int i = 0; i < inventory.Packages.Count; i++)
            WritePackage(writer, Id(i), inventory.Packages[i], inventory.Release);
        writer.WriteEndArray();
        writer.WriteStartArray("relationships");
        WriteRelationship(writer, Document, "DESCRIBES", Image);
        if (inventory.Release is not null)
            WriteRelationship(writer, Image, "CONTAINS", OperatingSystem);
        for (int i = 0; i < inventory.Packages.Count; i++)
            WriteRelationship(writer, Image, "CONTAINS", Id(i));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Id(int package) => string.Create(CultureInfo.InvariantCulture, $"SPDXRef-Package-{package + 1}");

    // The caller adds what else there is, and ends the object.
    private static void WriteHead(Utf8JsonWriter writer, string id, string name, string version, string purpose)
    {
        writer.WriteStartObject();
        writer.WriteString("SPDXID", id);
        writer.WriteString("name", name);
        if (version.Length > 0)
            writer.WriteString("versionInfo", version);
        writer.WriteString("downloadLocation", Unknown);
        writer.WriteBoolean("filesAnalyzed", false);
        writer.WriteString("licenseConcluded", Unknown);
        writer.WriteString("licenseDeclared", Unknown);
        writer.WriteString("copyrightText", Unknown);
        writer.WriteString("primaryPackagePurpose", purpose);
    }

    private static void WritePackage(Utf8JsonWriter writer, string id, InstalledPackage package, OsRelease? release)
    {
        WriteHead(writer, id, package.Name, package.Version, package.IsSystem ? "INSTALL" : "LIBRARY");

        // What a package says of its license is seldom an expression of SPDX.
        if (package.License.Length > 0)
            writer.WriteString("licenseComments", $"the package states: {package.License}");
        if (package.Supplier.Length > 0)
            writer.WriteString("supplier", $"Organization: {package.Supplier}");
        string source = package.SourceName != package.Name || package.SourceVersion != package.Version
            ? $"built from {package.SourceName} {package.SourceVersion}" : "";
        string place = package.Location.Length > 0 ? $"found in /{package.Location}" : "";
        if (source.Length + place.Length > 0)
            writer.WriteString("sourceInfo", source.Length > 0 && place.Length > 0 ? $"{source}; {place}" : source + place);
        writer.WriteStartArray("externalRefs");
        writer.WriteStartObject();
        writer.WriteString("referenceCategory", "PACKAGE-MANAGER");
        writer.WriteString("referenceType", "purl");
        writer.WriteString("referenceLocator", PackageUrl.Of(package, release));
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRelationship(Utf8JsonWriter writer, string from, string relation, string to)
    {
        writer.WriteStartObject();
        writer.WriteString("spdxElementId", from);
        writer.WriteString("relationshipType", relation);
        writer.WriteString("relatedSpdxElement", to);
        writer.WriteEndObject();
    }
}
