using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Images.Inventories;
using Mig.Images.Sboms;
using Mig.Machines.Inventories;
using Mig.Machines.Sboms;

namespace Mig.Cli.Verbs;

internal sealed class InventoryVerb : Verb
{
    public const string Summary = "Shows what the machine in a version is and has";

    private readonly Argument<string> _revision = new("REV") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _cycloneDx =
        new("--cyclonedx") { Description = "Prints a bill of materials in the form of CycloneDX 1.6" };
    private readonly Option<bool> _spdx = new("--spdx") { Description = "Prints a bill of materials in the form of SPDX 2.3" };

    public InventoryVerb()
        : base("inventory", Summary)
    {
        Add(_cycloneDx, _spdx);
        Add(_revision);
    }

    public override IReadOnlyList<string> Usage => ["inventory [--json | --cyclonedx | --spdx] [REV[:@VOLUME]]"];

    public override string Description =>
        "Reads, from the files alone: the operating system, kernels, packages (dpkg, rpm, apk, pacman, Python, Node, Ruby, Java, Go,\n"
        + "Rust), users, the units that systemd starts, and where services are set up to listen; of Windows, from its registry:\n"
        + "version, edition, computer name, programs, users, and services that start. Nothing of the image is run.\n"
        + "An inventory is taken once and kept; the same version gives the same bytes each time. Ends with 6 when not all of the\n"
        + "image was seen.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig inventory", "shows what the machine of HEAD is"),
        ("mig inventory v1 --cyclonedx > v1.cdx.json", "writes a bill of materials for other tools"),
        ("mig inventory v1 --json | jq -r '.packages[].purl'", "lists the packages of v1 by their URLs"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        bool isCycloneDx = arguments.GetValue(_cycloneDx), isSpdx = arguments.GetValue(_spdx);
        if ((isCycloneDx ? 1 : 0) + (isSpdx ? 1 : 0) + (session.IsJson ? 1 : 0) > 1)
            throw new UsageException("choose one of --json, --cyclonedx and --spdx");
        Repository repository = session.Repository;
        (string revision, PathSpec? path) = PathArgument.Parse(arguments.GetValue(_revision) ?? "HEAD");
        if (path is { Path.IsEmpty: false })
            throw new UsageException($"an inventory is of a whole machine; write {revision}, or {revision}:@2 for the one on partition 2");
        ImageId image = repository.Revisions.ResolveImage(revision);
        MachineImage machine = repository.Objects.ReadImage(image);
        Inventory inventory = new InventoryReader(repository).Read(machine, path, revision, session.Cancellation);
        if (session.IsJson)
            session.WriteJson(InventoryJson.Of(image.ToString(), inventory), MigJson.Default.InventoryJson);
        else if (isCycloneDx || isSpdx)
            WriteSbom(isSpdx, inventory, new SbomSubject(SbomName.Of(repository.Images, machine, path, revision), image,
                CommitTime(repository, revision), VersionVerb.Number), session);
        else
            new InventoryView(session.Output, session.Palette).Write(inventory);
        foreach (string warning in inventory.Coverage.Warnings)
            session.Warn(warning);
        return inventory.Coverage.IsComplete ? ExitCode.Success : ExitCode.Incomplete;
    }

    private static void WriteSbom(bool isSpdx, Inventory inventory, SbomSubject subject, Session session)
    {
        using (var writer = new Utf8JsonWriter(
            session.Output.AsStream(), new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            if (isSpdx)
                SpdxWriter.Write(writer, inventory, subject);
            else
                CycloneDxWriter.Write(writer, inventory, subject);
        }

        session.Output.WriteLine();
    }

    // An image that was named by its own id has none.
    private static long? CommitTime(Repository repository, string revision) =>
        repository.Revisions.Resolve(revision).Kind == ObjectKind.Image
        ? null
        : repository.Objects.ReadCommit(repository.Revisions.ResolveCommit(revision)).Committer.Seconds;
}
