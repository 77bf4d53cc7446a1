using Dpu.Actors.Scheduling;

namespace Dpu.Simulated;

/// <summary>Breaks something at random steps, a bounded number of times, and mends it after a while.</summary>
internal sealed class Chaos(ClusterSimulation cluster)
{
    private const int StrikesMin = 5;
    private const int StrikesMax = 10;
    private const int StepsBetweenLateReportsMax = 200;

    /// <summary>Faults far apart find what one of them breaks; faults close together find what is not mended yet when the next one comes.</summary>
    private static readonly int[] StepsBetweenMax = [40, 300, 1200];

    private readonly SimulatedWorld _world = cluster.World;
    private readonly Random _random = new(cluster.World.Seed ^ 0x5eed);
    private readonly List<SimulatedHost> _strangers = [];
    private readonly HashSet<SimulatedHost> _dead = [];
    private readonly List<(SimulatedHost Host, SimulatedNode Node)> _leaving = [];
    private int _left;
    private long _next;
    private long _nextLateReport;

    public bool IsDone => _left == 0;

    public void Begin()
    {
        _left = _random.Next(StrikesMin, StrikesMax + 1);
        if (_random.Next(4) == 0)
        {
            // A store that fails now and then, all the time.
            _world.Faults.FailBeforeWrite = 0.03;
            _world.Faults.FailAfterWrite = 0.03;
            _world.Faults.FailRead = 0.05;
        }

        if (_random.Next(3) == 0)
        {
            _world.Faults.FailFiles = 0.05;
        }

        Aim();
    }

    /// <summary>Called after each step.</summary>
    public void MayStrike(long step)
    {
        if (_left > 0 && step >= _next)
        {
            _left--;
            _world.Strikes++;
            Strike();
            Aim();
        }

        if (step >= _nextLateReport)
        {
            ReportLate();
            _nextLateReport = step + _random.Next(1, StepsBetweenLateReportsMax);
        }
    }

    /// <summary>Everything is mended: all machines are up and can reach the frontend.</summary>
    public void End()
    {
        _left = 0;
        _dead.Clear();
        _world.Faults.Stop();
        _strangers.ForEach(stranger => stranger.Die());
        foreach (var host in cluster.Hosts)
        {
            host.Thaw();
            host.Path.Open();
        }

        _leaving.ForEach(leaving => EndIf(leaving.Host, leaving.Node));

        cluster.Local?.Thaw();
        cluster.Frontend?.Process.Thaw();
        cluster.StartFrontend();
        foreach (var host in cluster.Hosts)
        {
            cluster.StartService(host);
        }
    }

    private void Aim() => _next = _world.Simulation.Dispatcher.Steps + _random.Next(1, StepsBetweenMax[_random.Next(StepsBetweenMax.Length)]);

    private void Strike()
    {
        var host = cluster.Hosts[_random.Next(cluster.Hosts.Count)];
        switch (_random.Next(20))
        {
            case 0 or 1:
                host.KillService();
                After(_random.Next(3) == 0 ? Long() : Short(), () => Boot(host));
                break;
            case 2:
                KillKeeper(host);
                break;
            case 3:
                host.KillService();
                KillKeeper(host);
                After(AnyTime(), () => Boot(host));
                break;
            case 4:
                KillMachine(host);
                break;
            case 5 or 6:
                Freeze(host, service: true, keeper: false);
                break;
            case 7:
                Freeze(host, service: false, keeper: true);
                break;
            case 8:
                Freeze(host, service: true, keeper: true);
                break;
            case 9:
                _world.Tell($"the links of {host.Name} are reset");
                host.Path.Reset();
                break;
            case 10 or 11 or 12:
                Block(host);
                break;
            case 13 or 14:
                cluster.KillFrontend();
                After(_random.Next(4) == 0 ? Long() : Short(), cluster.StartFrontend);
                break;
            case 15:
                FreezeFrontend();
                break;
            case 16:
                StrikeStores();
                break;
            case 17:
                Leave(host);
                break;
            case 18:
                Join(host);
                break;
            default:
                _world.Tell($"a connection to a keeper breaks");
                (cluster.Local is { } local && _random.Next(3) == 0 ? local : host).Keeper?.Cut();
                break;
        }
    }

    private void KillKeeper(SimulatedHost host)
    {
        var whose = cluster.Local is { } local && _random.Next(3) == 0 ? local : host;
        _world.Tell($"keeper of {whose.Name} is killed");
        whose.KillKeeper();
    }

    /// <summary>The power of a machine fails. Often somebody says so.</summary>
    private void KillMachine(SimulatedHost host)
    {
        host.Die();
        _dead.Add(host);
        var until = AnyTime() + TimeSpan.FromMilliseconds(1);
        if (_random.Next(2) == 0)
        {
            After(until * _random.NextDouble(), () =>
            {
                if (_dead.Contains(host))
                {
                    _world.Tell($"an operator says that {host.Name} is dead");
                    cluster.Frontend?.Scheduler.Tell(new SchedulerMessage.NodeLost(host.Name, "an operator said so"));
                }
            });
        }

        After(until, () =>
        {
            _dead.Remove(host);
            Boot(host);
        });
    }

    private void Boot(SimulatedHost host)
    {
        if (!_dead.Contains(host))
        {
            cluster.StartService(host);
        }
    }

    private void Freeze(SimulatedHost host, bool service, bool keeper)
    {
        _world.Tell($"{host.Name} is stopped: service {service}, keeper {keeper}");
        if (service)
        {
            host.FreezeService();
        }

        if (keeper)
        {
            host.FreezeKeeper();
        }

        After(AnyTime(), () =>
        {
            _world.Tell($"{host.Name} goes on");
            host.Thaw();
        });
    }

    private void FreezeFrontend()
    {
        _world.Tell($"the frontend is stopped");
        var process = cluster.Frontend?.Process;
        process?.Freeze();
        After(AnyTime(), () =>
        {
            _world.Tell($"the frontend goes on");
            process?.Thaw();
        });
    }

    private void Block(SimulatedHost host)
    {
        var (up, down) = _random.Next(4) switch
        {
            0 => (true, false),
            1 => (false, true),
            _ => (true, true),
        };
        _world.Tell($"nothing gets through to {host.Name}: up {up}, down {down}");
        host.Path.Block(up, down);
        After(AnyTime(), () =>
        {
            _world.Tell($"{host.Name} can be reached again");
            host.Path.Open();
        });
    }

    private void Leave(SimulatedHost host)
    {
        if (host.Node is { } node)
        {
            var evicts = _random.Next(2) == 0;
            _world.Tell($"{host.Name} leaves, ends what runs: {evicts}");
            _leaving.Add((host, node));
            node.Leave(() => EndIf(host, node));
            if (evicts)
            {
                After(Short(), node.Evict);
            }

            After(Short(), () => EndIf(host, node));
            After(AnyTime() + TimeSpan.FromSeconds(3), () => Boot(host));
        }
    }

    private static void EndIf(SimulatedHost host, SimulatedNode node)
    {
        if (host.Node == node && !node.Process.IsFrozen)
        {
            host.KillService();
        }
    }

    /// <summary>A node joins that was not there before, or somebody starts one on another machine by the name of one that is.</summary>
    private void Join(SimulatedHost host)
    {
        if (_random.Next(2) == 0)
        {
            cluster.StartService(cluster.AddHost());
            return;
        }

        var stranger = cluster.NewHost($"other-{host.Name}", host.Name, isStranger: true);
        _strangers.Add(stranger);
        cluster.StartService(stranger);
        After(AnyTime(), stranger.Die);
    }

    private void StrikeStores()
    {
        switch (_random.Next(3))
        {
            case 0:
                During("the journal fails", static faults => (faults.FailBeforeWrite, faults.FailAfterWrite, faults.FailRead) = (0.5, 0.4, 0.3));
                break;
            case 1:
                During("the journal stalls", static faults => faults.Stalled = true);
                break;
            default:
                During("the logs fail", static faults => faults.LogsAreDown = true);
                break;
        }
    }

    private void During(string what, Action<Faults> begin)
    {
        _world.Tell($"{what}");
        begin(_world.Faults);
        After(Short() * 2, () =>
        {
            _world.Tell($"the stores are well");
            var files = _world.Faults.FailFiles;
            _world.Faults.Stop();
            _world.Faults.FailFiles = _left > 0 ? files : 0;
        });
    }

    /// <summary>
    /// An attempt that is over is reported again while a later one of its task runs, or a node says something of an attempt of another node: nothing may come of it.
    /// </summary>
    private void ReportLate()
    {
        var late = cluster.Witness.Superseded().Select(_world.Recipes.Find).OfType<SimulatedRecipe>().Where(past => past.Exit is not null).ToList();
        if (late.Count > 0)
        {
            var past = late[_random.Next(late.Count)];
            cluster.Frontend?.ReportLate(past.Attempt, past.Exit!);
            cluster.Hosts[_random.Next(cluster.Hosts.Count)].Node?.Claim(past.Attempt, past.Exit!);
        }

        if (_random.Next(4) == 0)
        {
            Lie();
        }
    }

    private void Lie()
    {
        var host = cluster.Hosts[_random.Next(cluster.Hosts.Count)];
        var others = cluster.Hosts.Where(other => other != host).SelectMany(other => other.Alive).ToList();
        var ended = _world.Recipes.History.FirstOrDefault(past => past.Exit is not null);
        if (others.Count > 0 && ended is not null && host.Node is { Process.IsFrozen: false } node)
        {
            var victim = others[_random.Next(others.Count)];
            node.Claim(victim.Attempt, ended.Exit!);
        }
    }

    private void After(TimeSpan time, Action action) => _world.Network.Schedule(time, action);

    private TimeSpan Short() => TimeSpan.FromSeconds(2) * _random.NextDouble();

    private TimeSpan Long() => _world.Terms.NodeTimeout * (1 + _random.NextDouble());

    /// <summary>Shorter than a link may be silent, than a fence takes, than a node is waited for; or longer.</summary>
    private TimeSpan AnyTime()
    {
        var terms = _world.Terms;
        return _random.Next(4) switch
        {
            0 => terms.Silence * _random.NextDouble(),
            1 => terms.Silence + ((terms.FenceAfter - terms.Silence) * _random.NextDouble()),
            2 => terms.FenceAfter + ((terms.NodeTimeout - terms.FenceAfter) * _random.NextDouble()),
            _ => Long(),
        };
    }
}
