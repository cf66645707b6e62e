using Mig.Machines.Inventories.Systems;

namespace Mig.Machines.Baselines;

/// <summary>A service that must not start by itself: neither it, nor what starts it on demand.</summary>
/// <param name="Name">Such as <c>cups</c>, or one unit with its ending: <c>cups.socket</c>.</param>
internal sealed record ServiceRule(int Line, string Text, string Name) : BaselineRule(Line, Text)
{
    private static readonly string[] Starters = [".service", ".socket", ".path", ".timer"];

    /// <summary>The units that are meant.</summary>
    public IEnumerable<string> Units => Starters.Append(".target").Any(ending => Name.EndsWith(ending, StringComparison.Ordinal))
        ? [Name] : Starters.Select(ending => Name + ending);

    internal override RuleAnswer Judge(RuleSubject machine)
    {
        if (!SystemdUnits.IsUsedBy(machine.Files))
            return RuleAnswer.Unknown(machine.Gap ?? "the machine has no systemd, and what else starts its services is not known");
        return RuleAnswer.OfAbsence([.. Units.SelectMany(unit => SystemdUnits.FindStarts(machine.Files, unit)
            .Select(start => new RuleFinding("off", unit, "", start)))], machine.Gap);
    }
}
