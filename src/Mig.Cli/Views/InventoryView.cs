using System.Globalization;
using Mig.Cli.Terminals;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Systems;

namespace Mig.Cli.Views;

/// <summary>Prints an inventory for people: what the machine is, who can log in, what starts, what listens, what is installed.</summary>
internal sealed class InventoryView(TextOutput output, Palette palette)
{
    private static readonly string[] ShellsThatRefuse = ["nologin", "false", "sync", "shutdown", "halt"];

    public void Write(Inventory inventory)
    {
        Line("system", inventory.Release?.PrettyName ?? "unknown");
        Line("architecture", inventory.Architecture.Length > 0 ? inventory.Architecture : "unknown");
        if (inventory.Windows is { } windows)
        {
            Line("computer", windows.ComputerName);
            Line("edition", string.Join(", ", new[] { windows.Edition, windows.InstallationType }.Where(part => part.Length > 0)));
        }
        else
        {
            Line("kernels", inventory.Kernels.Count > 0 ? string.Join(", ", inventory.Kernels) : "none");
        }

        Line("packages", string.Join(", ", inventory.Packages.GroupBy(package => package.Kind)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {PackageKinds.NameOf(group.Key)}"))));
        Section("Users who can log in", inventory.Users.Where(user =>
            !user.IsDisabled && !Array.Exists(ShellsThatRefuse, shell => user.Shell.EndsWith("/" + shell, StringComparison.Ordinal)))
            .Select(user => (string[])[user.Name, user.Uid.ToString(CultureInfo.InvariantCulture), user.Home, user.Shell]));
        Section("Units that start", inventory.Units.Select(unit => (string[])[unit.Name, unit.WantedBy]));
        Section("Services that listen",
            inventory.Listeners.Select(listener => (string[])[listener.Service, listener.Address, "/" + listener.Location]));
        Section("Packages", inventory.Packages.Select(package =>
            (string[])[PackageKinds.NameOf(package.Kind), package.Name, package.Version, package.Location.Length > 0 ? "/"
            + package.Location : package.Architecture]));
    }

    private void Line(string name, string value) => output.WriteLine($"{name + ":",-15}{SafeText.Line(value.Length > 0 ? value : "none")}");

    private void Section(string title, IEnumerable<string[]> rows)
    {
        List<string[]> list = [.. rows.Select(row => Array.ConvertAll(row, SafeText.Line))];
        if (list.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine(palette.Bold(title + ":"));
        int[] widths = [.. Enumerable.Range(0, list[0].Length).Select(column => list.Max(row => row[column].Length))];
        foreach (string[] row in list)
            output.WriteLine(("  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])))).TrimEnd());
    }
}
