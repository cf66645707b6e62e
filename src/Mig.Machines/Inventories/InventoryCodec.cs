using System.Text;
using Mig.Core;
using Mig.Machines.Inventories.Systems;
using Mig.Machines.Inventories.Windows;
using Mig.Store.Encoding;

namespace Mig.Machines.Inventories;

/// <summary>Writes inventories as bytes, and reads them.</summary>
internal static class InventoryCodec
{
    private const int MaxText = 1 << 20;
    private const int MaxItems = 1 << 24;

    public static void Write(PayloadWriter payload, Inventory inventory)
    {
        OsRelease? release = inventory.Release;
        payload.Byte(release is null ? (byte)0 : (byte)1);
        if (release is not null)
        {
            Texts(payload, [release.Id, release.VersionId, release.Codename, release.PrettyName]);
            List(payload, release.IdLike, payload.String);
        }

        payload.String(inventory.Architecture);
        List(payload, inventory.Kernels, payload.String);
        List(payload, inventory.Packages, package =>
        {
            payload.Byte((byte)package.Kind);
            Texts(payload, [package.Name, package.Version, package.Architecture, package.SourceName, package.SourceVersion, package.License,
                package.Supplier, package.Location]);
        });
        List(payload, inventory.Users, user =>
        {
            payload.Unsigned(user.Uid);
            payload.Unsigned(user.Gid);
            Texts(payload, [user.Name, user.Home, user.Shell]);
            payload.Byte(user.IsDisabled ? (byte)1 : (byte)0);
        });
        List(payload, inventory.Units, unit => Texts(payload, [unit.Name, unit.WantedBy]));
        List(payload, inventory.Listeners, listener => Texts(payload, [listener.Service, listener.Address, listener.Location]));
        List(payload, inventory.Warnings, payload.String);
        WindowsSystem? windows = inventory.Windows;
        payload.Byte(windows is null ? (byte)0 : (byte)1);
        if (windows is not null)
            Texts(payload, [windows.ProductName, windows.Edition, windows.Release, windows.Version, windows.InstallationType,
                windows.ComputerName]);
    }

    /// <param name="id">What to call the bytes in messages.</param>
    /// <exception cref="CorruptStoreException">They are no inventory.</exception>
    public static Inventory Read(ReadOnlySpan<byte> bytes, in ObjectId id)
    {
        var reader = new PayloadReader(bytes, id);
        OsRelease? release = null;
        if (reader.Byte("release flag") != 0)
        {
            release = new OsRelease(Text(ref reader), Text(ref reader), Text(ref reader), Text(ref reader), []);
            release = release with { IdLike = Texts(ref reader) };
        }

        string architecture = Text(ref reader);
        IReadOnlyList<string> kernels = Texts(ref reader);
        var packages = new InstalledPackage[Count(ref reader)];
        for (int i = 0; i < packages.Length; i++)
        {
            packages[i] = new InstalledPackage((PackageKind)reader.Byte("kind"), Text(ref reader), Text(ref reader))
            {
                Architecture = Text(ref reader),
                SourceName = Text(ref reader),
                SourceVersion = Text(ref reader),
                License = Text(ref reader),
                Supplier = Text(ref reader),
                Location = Text(ref reader),
            };
        }

        var users = new UserAccount[Count(ref reader)];
        for (int i = 0; i < users.Length; i++)
        {
            uint uid = (uint)reader.Unsigned("uid", uint.MaxValue), gid = (uint)reader.Unsigned("gid", uint.MaxValue);
            users[i] = new UserAccount(Text(ref reader), uid, gid, Text(ref reader),
                Text(ref reader))
            { IsDisabled = reader.Byte("disabled flag") != 0 };
        }

        var units = new EnabledUnit[Count(ref reader)];
        for (int i = 0; i < units.Length; i++)
            units[i] = new EnabledUnit(Text(ref reader), Text(ref reader));
        var listeners = new Listener[Count(ref reader)];
        for (int i = 0; i < listeners.Length; i++)
            listeners[i] = new Listener(Text(ref reader), Text(ref reader), Text(ref reader));
        IReadOnlyList<string> warnings = Texts(ref reader);
        WindowsSystem? windows = reader.Byte("Windows flag") == 0
            ? null
            : new WindowsSystem(Text(ref reader), Text(ref reader), Text(ref reader), Text(ref reader), Text(ref reader), Text(ref reader));
        reader.ExpectEnd("inventory");
        return new Inventory(release, architecture, kernels, packages, users, units, listeners, warnings) { Windows = windows };
    }

    private static void List<T>(PayloadWriter payload, IReadOnlyCollection<T> items, Action<T> write)
    {
        payload.Unsigned(items.Count);
        foreach (T item in items)
            write(item);
    }

    private static void Texts(PayloadWriter payload, ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
            payload.String(text);
    }

    private static string[] Texts(ref PayloadReader reader)
    {
        string[] texts = new string[Count(ref reader)];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = Text(ref reader);
        return texts;
    }

    // Each item takes a byte at least.
    private static int Count(ref PayloadReader reader) => (int)reader.Unsigned("count", Math.Min(MaxItems, reader.Remaining));

    private static string Text(ref PayloadReader reader) => Encoding.UTF8.GetString(reader.String("text", MaxText));
}
