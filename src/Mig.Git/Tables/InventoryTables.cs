using System.Globalization;
using Mig.Machines.Inventories;

namespace Mig.Git.Tables;

/// <summary>The tables of what a machine says of itself.</summary>
internal static class InventoryTables
{
    public static byte[] Packages(Inventory inventory)
    {
        var table = new Table("kind", "name", "version", "architecture", "source", "location");
        foreach (InstalledPackage package in inventory.Packages)
        {
            string source = package.SourceVersion == package.Version ? package.SourceName : $"{package.SourceName} {package.SourceVersion}";
            table.Row(PackageKinds.NameOf(package.Kind), Cell.Escape(package.Name), Cell.Escape(package.Version),
                Cell.Escape(package.Architecture), Cell.Escape(source), Cell.Escape(package.Location));
        }

        return table.ToArray();
    }

    public static byte[] Accounts(Inventory inventory)
    {
        var table = new Table("name", "uid", "gid", "home", "shell", "state");
        foreach (UserAccount user in inventory.Users)
            table.Row(Cell.Escape(user.Name), Number(user.Uid), Number(user.Gid), Cell.Escape(user.Home), Cell.Escape(user.Shell),
                user.IsDisabled ? "disabled" : Cell.None);
        return table.ToArray();
    }

    public static byte[] Units(Inventory inventory)
    {
        var table = new Table("unit", "wanted-by");
        foreach (EnabledUnit unit in inventory.Units)
            table.Row(Cell.Escape(unit.Name), Cell.Escape(unit.WantedBy));
        return table.ToArray();
    }

    public static byte[] Listeners(Inventory inventory)
    {
        var table = new Table("service", "address", "location");
        foreach (Listener listener in inventory.Listeners)
            table.Row(Cell.Escape(listener.Service), Cell.Escape(listener.Address), Cell.Escape(listener.Location));
        return table.ToArray();
    }

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);
}
