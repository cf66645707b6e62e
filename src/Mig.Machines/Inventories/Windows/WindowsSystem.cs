namespace Mig.Machines.Inventories.Windows;

/// <summary>What Windows says of itself in its registry.</summary>
/// <param name="ProductName">Such as <c>Windows 10 Pro</c>; of Windows 11 with its own name, where the registry has that of Windows
/// 10.</param>
/// <param name="Edition">Such as <c>Professional</c> or <c>ServerStandard</c>.</param>
/// <param name="Release">Such as <c>22H2</c>, or the service pack; empty when there is none.</param>
/// <param name="Version">With build and revision, such as <c>10.0.19045.3803</c>.</param>
/// <param name="InstallationType">Such as <c>Client</c>, <c>Server</c> or <c>Server Core</c>.</param>
/// <param name="ComputerName">The name of the machine.</param>
public sealed record WindowsSystem(
    string ProductName, string Edition, string Release, string Version, string InstallationType, string ComputerName);
