"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const palette = ["#6f7a8a", "#c07a1c", "#2f7fb8", "#3f8f4b", "#a3559d", "#c4524a", "#2f9592", "#7a6bc7", "#8a7630", "#c9628f"];
  const symbols = ["circle", "triangle", "rect", "diamond", "pin", "roundRect"];
  const charts = {};
  window.kindredCharts = charts; // for tests that read back what is drawn

  const unique = (list) => list.filter((value, i) => list.indexOf(value) === i);
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  // Tooltips are HTML, and names come from data and models.
  const html = (text) => String(text).replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
  const finite = (value) => typeof value === "number" && Number.isFinite(value);

  function draw(id, option) {
    const place = document.getElementById(id);
    if (!place) { return; }
    const ink = colour("--ink");
    const line = { lineStyle: { color: colour("--line") } };
    const axis = { axisLine: line, splitLine: line, axisLabel: { color: ink }, nameTextStyle: { color: ink } };
    charts[id] = charts[id] || echarts.init(place, null, { renderer: "svg" });
    charts[id].setOption(Object.assign({
      animation: false, color: palette, textStyle: { color: ink }, backgroundColor: "transparent",
      legend: { top: 8, type: "scroll", textStyle: { color: ink }, pageTextStyle: { color: ink } },
      grid: { left: 56, right: 16, top: 64, bottom: 44 }
    }, option, {
      xAxis: Object.assign({ nameLocation: "middle", nameGap: 28 }, axis, option.xAxis),
      yAxis: Object.assign({}, axis, option.yAxis)
    }), true);
  }

  function groups() {
    const names = unique(data.bars.map((bar) => bar.group));
    const bar = (policy, group) => data.bars.find((b) => b.policy === policy && b.group === group);
    if (names.length === 0) { return; }
    draw("chart-groups", {
      tooltip: {
        trigger: "axis",
        formatter: (items) => html(items[0].name) + items.map((item) => {
          const found = bar(item.seriesName, item.name);
          if (!found || !finite(found.value.mean)) { return ""; }
          const u = found.value;
          return "<br>" + item.marker + html(item.seriesName) + " " + u.mean.toFixed(3)
            + (finite(u.low) ? " [" + u.low.toFixed(3) + ", " + u.high.toFixed(3) + "]" : "");
        }).join("")
      },
      xAxis: { type: "category", data: names },
      yAxis: { type: "value", name: data.measure },
      series: data.policies.map((policy, p) => ({
        name: policy, type: "bar", barGap: "10%", itemStyle: { color: palette[p % palette.length] },
        data: names.map((group) => bar(policy, group) ? bar(policy, group).value.mean : null)
      }))
    });
    whiskers(names, bar);
  }

  // Whiskers need the pixel position of each bar, which only the drawn chart knows.
  function whiskers(names, bar) {
    const chart = charts["chart-groups"];
    if (!chart || names.length < 2) { return; }
    const ink = colour("--ink");
    const count = data.policies.length;
    const band = chart.convertToPixel({ xAxisIndex: 0 }, 1) - chart.convertToPixel({ xAxisIndex: 0 }, 0);
    const width = band * 0.8 / (count + 0.1 * (count - 1)); // 20 % category gap, 10 % bar gap
    const elements = [];
    names.forEach((group, g) => data.policies.forEach((policy, p) => {
      const found = bar(policy, group);
      if (!found || !finite(found.value.low)) { return; }
      const x = chart.convertToPixel({ xAxisIndex: 0 }, g) + (p - (count - 1) / 2) * width * 1.1;
      const top = chart.convertToPixel({ yAxisIndex: 0 }, found.value.high);
      const bottom = chart.convertToPixel({ yAxisIndex: 0 }, found.value.low);
      [[x, top, x, bottom], [x - 4, top, x + 4, top], [x - 4, bottom, x + 4, bottom]].forEach((s, i) => elements.push({
        id: group + policy + i, type: "line", silent: true, z: 10,
        shape: { x1: s[0], y1: s[1], x2: s[2], y2: s[3] }, style: { stroke: ink, lineWidth: 1.5 }
      }));
    }));
    chart.setOption({ graphic: { elements } });
  }

  function cells() {
    const body = document.querySelector("#chart-cells tbody");
    if (!body) { return; }
    body.textContent = "";
    const values = data.cells.map((row) => row.value.mean).filter(finite);
    const low = Math.min(...values);
    const span = Math.max(...values) - low || 1;
    data.policies.forEach((policy) => ["seen_users", "unseen_users"].forEach((users) => {
      const line = body.insertRow();
      line.insertCell().textContent = policy;
      line.insertCell().textContent = users.replace("_", " ");
      ["in_domain", "out_of_domain"].forEach((domain) => {
        const cell = line.insertCell();
        const row = data.cells.find((r) => r.policy === policy && r.cell === users + "/" + domain);
        cell.className = "number";
        if (row && finite(row.value.mean)) {
          cell.dataset.cell = policy + "/" + row.cell;
          cell.dataset.value = String(row.value.mean);
          cell.textContent = row.value.mean.toFixed(3);
          cell.style.background = "rgba(" + colour("--cell") + ", " + (0.05 + 0.3 * (row.value.mean - low) / span).toFixed(3) + ")";
        } else {
          cell.textContent = "–";
        }
      });
    }));
  }

  // A bar for each policy and named interval; ends of intervals in the tooltip and the table.
  function bars(id, name, rows, series) {
    if (rows.length === 0) { return; }
    draw(id, {
      tooltip: {
        trigger: "axis",
        formatter: (items) => html(items[0].name) + items.map((item) => {
          const found = rows.find((row) => row.policy === item.name)[series[item.seriesName]];
          return finite(found.mean) ? "<br>" + item.marker + html(item.seriesName) + " " + found.mean.toFixed(3)
            + (finite(found.low) ? " [" + found.low.toFixed(3) + ", " + found.high.toFixed(3) + "]" : "") : "";
        }).join("")
      },
      xAxis: { type: "category", data: rows.map((row) => row.policy) },
      yAxis: { type: "value", name },
      series: Object.keys(series).map((label, i) => ({
        name: label, type: "bar", itemStyle: { color: palette[i] }, data: rows.map((row) => row[series[label]].mean)
      }))
    });
  }

  function curves() {
    if (data.curves.length === 0) { return; }
    const names = unique(data.curves.map((curve) => curve.group));
    const policies = unique(data.curves.map((curve) => curve.policy));
    draw("chart-curves", {
      tooltip: { trigger: "axis" },
      xAxis: { type: "value", name: "step" },
      yAxis: { type: "value", name: "reward", scale: true },
      series: data.curves.map((curve) => ({
        name: curve.policy + " " + curve.group, type: "line", showSymbol: false, data: curve.points,
        lineStyle: { type: ["dashed", "solid", "dotted"][policies.indexOf(curve.policy) % 3], width: 2 },
        color: palette[1 + names.indexOf(curve.group) % (palette.length - 1)]
      }))
    });
  }

  function map() {
    if (!data.prototypes) { return; }
    const names = data.prototypes.list.map((prototype) => prototype.name);
    const truth = unique(data.prototypes.map.map((point) => point.group)).sort();
    const clouds = unique(data.prototypes.map.map((point) => point.prototype + " / " + point.group)).sort();
    draw("chart-map", {
      tooltip: { formatter: (item) => html(item.seriesName) },
      xAxis: { type: "value", scale: true, name: "axis 1" },
      yAxis: { type: "value", scale: true, name: "axis 2" },
      series: clouds.map((cloud) => {
        const points = data.prototypes.map.filter((point) => point.prototype + " / " + point.group === cloud);
        return {
          name: cloud, type: "scatter", symbolSize: 8, data: points.map((point) => [point.x, point.y]),
          symbol: symbols[truth.indexOf(points[0].group) % symbols.length],
          color: palette[1 + names.indexOf(points[0].prototype) % (palette.length - 1)]
        };
      })
    });
  }

  function shots(cell) {
    const rows = data.accuracy.filter((row) => row.cell === cell);
    draw("chart-shots", {
      tooltip: { trigger: "item", formatter: (item) => html(item.seriesName) + "<br>K = " + item.value[0] + ": " + (100 * item.value[1]).toFixed(1) + " %" },
      xAxis: { type: "value", name: "K, past choices", minInterval: 1 },
      yAxis: { type: "value", name: "strict accuracy", scale: true },
      series: unique(rows.map((row) => row.arm)).map((arm, i) => ({
        name: arm, type: "line", symbol: symbols[i % symbols.length], symbolSize: 9,
        data: rows.filter((row) => row.arm === arm).map((row) => [row.shots, row.accuracy.mean])
      }))
    });
  }

  function cost() {
    const rows = data.accuracy.filter((row) => row.tokens_per_pair > 0);
    if (rows.length === 0) {
      const figure = document.getElementById("cost");
      if (figure) { figure.remove(); }
      return;
    }
    draw("chart-cost", {
      tooltip: { formatter: (item) => html(item.seriesName) + "<br>" + item.value[0].toFixed(0) + " tokens: " + (100 * item.value[1]).toFixed(1) + " %" },
      xAxis: { type: "value", name: "tokens a pair" },
      yAxis: { type: "value", name: "strict accuracy", scale: true },
      series: unique(rows.map((row) => row.arm)).map((arm, i) => ({
        name: arm, type: "scatter", symbol: symbols[i % symbols.length], symbolSize: 10,
        data: rows.filter((row) => row.arm === arm).map((row) => [row.tokens_per_pair, row.accuracy.mean])
      }))
    });
  }

  function sizes() {
    const names = unique(data.training_sizes.flatMap((size) => size.rows.map((row) => row.cell + ", K = " + row.shots)));
    draw("chart-sizes", {
      tooltip: { trigger: "item" },
      xAxis: { type: "value", name: "training users" },
      yAxis: { type: "value", name: "strict accuracy", scale: true },
      series: names.map((name) => ({
        name, type: "line", symbolSize: 8,
        data: data.training_sizes.flatMap((size) => size.rows
          .filter((row) => row.cell + ", K = " + row.shots === name)
          .map((row) => [size.training_users, row.accuracy.mean]))
      }))
    });
  }

  const select = document.getElementById("cell"); // none without a reward model
  if (select) {
    unique(data.accuracy.map((row) => row.cell)).forEach((cell) => {
      const option = document.createElement("option");
      option.value = cell;
      option.textContent = cell.replaceAll("_", " ");
      select.append(option);
    });
    select.addEventListener("change", () => shots(select.value));
  }

  function all() {
    groups();
    cells();
    bars("chart-held-out", "accuracy", data.held_out, {
      "the user's persona": "accuracy", "a stranger's persona": "stranger_accuracy", "no persona": "none_accuracy"
    });
    bars("chart-gains", "standard deviations", data.gains, {
      "rewarding judge": "reward_gain", "evaluating judge": "evaluation_gain"
    });
    curves();
    map();
    if (select) { shots(select.value); }
    cost();
    sizes();
  }
  all();
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    all();
  });
  window.addEventListener("resize", () => {
    Object.values(charts).forEach((chart) => chart.resize());
    groups();
  });
})();
